using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>
/// The C# of README.md and of docs. Each block is compiled. A block that begins with its usings is a whole program: it is run, and prints
/// what the page says. A comment right before a block can change this: "compiled only: WHY", or "served: GET PATH..." for a web app.
/// </summary>
[Category("Slow")]
public sealed partial class DocumentedCodeTests
{
    private const string CompiledOnly = "compiled only: ";
    private const string Served = "served: GET ";

    /// <summary>A program of a page ends within seconds, so this limit is generous.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private string _folder = "";

    private static IEnumerable<TestCaseData> Code => DocumentedBlock.Of("csharp");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("retrovue-page-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Code))]
    public async Task Block_of_a_page_compiles_and_does_what_the_page_says(object documented)
    {
        var block = (DocumentedBlock)documented;
        string program = BlockCompiler.Compile(block, _folder);
        if (block.Mark?.StartsWith(CompiledOnly, StringComparison.Ordinal) == true)
        {
            Assert.That(block.Mark[CompiledOnly.Length..].Trim(), Is.Not.Empty, $"{block} gives no reason");
            return;
        }

        Assert.That(
            block.IsWhole, Is.True, $"{block} is a part of a program: write a whole one, or mark it <!-- {CompiledOnly}a part of a program -->");
        MakeMedia(block);
        if (block.Mark?.StartsWith(Served, StringComparison.Ordinal) == true)
        {
            await ServeAsync(program, block.Mark[Served.Length..].Split(' '));
        }
        else
        {
            Assert.That(block.Promises, Is.Not.Empty, $"{block} is run, and the page does not say what it prints: write 'It prints `...`' after it");
            (int code, string output) = PackedProject.Dotnet(_folder, $"exec \"{program}\"", limit: s_limit);
            Assert.That(code, Is.Zero, $"{block}: {output}");
            Assert.That(block.Promises.Where(promise => !output.Contains(promise, StringComparison.Ordinal)), Is.Empty, $"{block} printed: {output}");
        }
    }

    [Test]
    public void Program_in_a_folder_with_blanks_is_compiled_and_is_killed_if_it_does_not_end()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "with a blank")).FullName;
        var block = new DocumentedBlock(
            "page.md", 1, "csharp", "using System.Threading;\n\nConsole.WriteLine(\"It waits.\");\nThread.Sleep(Timeout.Infinite);\n", null, []);
        string program = BlockCompiler.Compile(block, folder);
        // The limit leaves time for the program to print, also on a busy machine.
        Assert.That(
            () => PackedProject.Dotnet(folder, $"exec \"{program}\"", limit: TimeSpan.FromSeconds(10)),
            Throws.TypeOf<TimeoutException>().With.Message.Contains("It waits."));
    }

    /// <summary>Runs a web app, requests the addresses that the page names, and stops the app.</summary>
    private async Task ServeAsync(string program, string[] paths)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", program]) { WorkingDirectory = _folder };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        using var app = new ServedApp(start);
        Uri address = await app.AddressAsync();
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        foreach (string path in paths)
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            Assert.That(response.IsSuccessStatusCode, Is.True, $"GET {path}: {response.StatusCode}");
        }

        Assert.That(await app.StopAsync(), Is.Zero, app.Output);
    }

    /// <summary>Makes the files that the page expects the reader to have, if the block names them.</summary>
    private void MakeMedia(DocumentedBlock block)
    {
        foreach (string name in Named().Matches(block.Text).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal))
        {
            switch (name)
            {
                case "film.mp4":
                    File.Copy(Film, Path.Combine(_folder, name));
                    break;
                case "schedule.json":
                    File.WriteAllText(
                        Path.Combine(_folder, name),
                        $$"""
                          { "channels": [{ "shortName": "one", "name": "One", "timeZone": "UTC", "profile": { "mode": "copy" },
                            "items": [{ "file": "{{Film}}" }] }] }
                          """);
                    break;
            }
        }
    }

    /// <summary>Makes a film of four seconds: 320x180, 25 pictures a second, a key frame each second, and stereo sound.</summary>
    private static string Film => MadeMedia.Make(
        "film.mp4",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=4 -f lavfi -i sine=r=48000:d=4 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -c:a aac -ac 2");

    [GeneratedRegex("\"(?<name>[a-z]+\\.[a-z0-9]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
