using System.Diagnostics;
using System.Text.Json;

namespace RetroVue.House.Tests;

/// <summary>The template is packed and installed. dotnet new makes a project of it, which is built with the packages and run.</summary>
[Category("Slow")]
public sealed class TemplateTests
{
    private string _work = "";

    private string Cache => Path.Combine(_work, "cache");

    [SetUp]
    public void MakeFolder() => _work = Directory.CreateTempSubdirectory("retrovue-template-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_work, recursive: true);

    [Test]
    public async Task New_station_is_on_the_air_as_it_is_made()
    {
        string project = MakeProject("EveningStation");
        await WatchAsync(new ProcessStartInfo("dotnet", ["run", "--no-build", "--", "--urls", "http://127.0.0.1:0"]) { WorkingDirectory = project });
        // The published app is started from another folder. It finds its files beside itself.
        string published = Path.Combine(_work, "published");
        PackedProject.Succeed(project, $"publish -v quiet -o {published}", Cache);
        Assert.That(Path.Combine(published, "media", "note.txt"), Does.Exist, "films go with the app");
        await WatchAsync(new ProcessStartInfo("dotnet", [Path.Combine(published, "EveningStation.dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = Path.GetTempPath(),
        });
    }

    /// <summary>Starts the app, requests its page and its list of channels, watches its channel, and stops the app.</summary>
    private static async Task WatchAsync(ProcessStartInfo start)
    {
        using var app = new ServedApp(start);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync(), Timeout = TimeSpan.FromSeconds(30) };
        Assert.That(await client.GetStringAsync(new Uri("/", UriKind.Relative)), Does.Contain("<title>"));
        Assert.That(await client.GetStringAsync(new Uri("/channels.m3u", UriKind.Relative)), Does.Contain("Channel One").And.Contain("/channels/one/live.ts"));
        byte[] stream = new byte[188 * 500];
        using (Stream live = await client.GetStreamAsync(new Uri("/channels/one/live.ts", UriKind.Relative)))
        {
            await live.ReadExactlyAsync(stream);
        }

        // The packets of a transport stream begin with this byte (ISO/IEC 13818-1, 2.4.3.2).
        Assert.That(Enumerable.Range(0, 500).All(packet => stream[188 * packet] == 0x47), Is.True);
        using JsonDocument health = JsonDocument.Parse(await client.GetStringAsync(new Uri("/health", UriKind.Relative)));
        Assert.That(health.RootElement.TryGetProperty("status", out JsonElement status), Is.True, health.RootElement.ToString());
        Assert.That(status.GetString(), Is.Not.EqualTo("failed"), app.Output);
        Assert.That(await app.StopAsync(), Is.Zero, app.Output);
    }

    /// <summary>Packs, installs and uses the template, and builds the new project; returns its folder.</summary>
    private string MakeProject(string name)
    {
        PackedProject.NeedBridge();
        (int code, string output) = PackedProject.Dotnet(Repository.Root, "build templates/RetroVue.Templates -c Release -v quiet");
        Assert.That(code, Is.Zero, output);
        PackedProject.Pack(
            _work, ["src/RetroVue.Media", "src/RetroVue.Media.FFmpeg", "src/RetroVue.Runtime", "src/RetroVue.Runtime.AspNetCore", "templates/RetroVue.Templates"]);
        string hive = Path.Combine(_work, "hive");
        string template = Directory.GetFiles(Path.Combine(_work, "packages"), "RetroVue.Templates.*.nupkg").Single();
        PackedProject.Succeed(_work, $"new install {template} --debug:custom-hive {hive}", Cache);
        PackedProject.Succeed(_work, $"new retrovue-station -o {name} --debug:custom-hive {hive}", Cache);
        string project = Path.Combine(_work, name);
        Assert.That(
            Directory.GetFiles(project).Select(Path.GetFileName),
            Is.SupersetOf(new[] { $"{name}.csproj", "Program.cs", "appsettings.json", "schedule.json", "README.md" }));
        foreach (string file in Directory.GetFiles(project))
        {
            Assert.That(File.ReadAllText(file), Does.Not.Contain("RetroVueStation").And.Not.Contain("PACKED-VERSION"), file);
        }

        Directory.CreateDirectory(Path.Combine(project, "media"));
        File.WriteAllText(Path.Combine(project, "media", "note.txt"), "in place of a film");
        PackedProject.Succeed(project, "build -warnaserror -v quiet", Cache);
        Assert.That(Path.Combine(project, "bin", "Debug", "net10.0", "media"), Does.Not.Exist, "films are large: a build does not copy them");
        return project;
    }
}
