using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>A new project in a folder of its own. It uses the packages of this build, and no sources of the repository.</summary>
internal sealed partial class PackedProject : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("retrovue-packed-").FullName;

    /// <param name="program">The text of its Program.cs.</param>
    /// <param name="packages">The packages that it uses. Their dependencies among the repository's packages are packed too.</param>
    public PackedProject(string program, params string[] packages)
    {
        Folder = Path.Combine(_work, "Project");
        try
        {
            Pack(_work, [.. packages.Select(package => $"src/{package}"), "src/RetroVue.Media"]);
            Run(_work, "new console -o Project");
            File.WriteAllText(Path.Combine(Folder, "Program.cs"), program);
            foreach (string package in packages)
            {
                Run(Folder, $"add package {package}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Folder { get; }

    /// <summary>
    /// Packs projects into the folder "packages" of a folder. Projects below that folder find the packages there, beside the user's own
    /// sources.
    /// </summary>
    public static void Pack(string folder, IEnumerable<string> projects)
    {
        string packed = Path.Combine(folder, "packages");
        foreach (string project in projects)
        {
            (int code, string output) = Dotnet(Repository.Root, $"pack {project} -c Release --no-build -v quiet -o \"{packed}\"");
            Assert.That(code, Is.Zero, output);
        }

        File.WriteAllText(
            Path.Combine(folder, "nuget.config"),
            $"""
             <configuration>
               <packageSources><add key="built" value="{packed}" /></packageSources>
             </configuration>
             """);
    }

    /// <summary>Ignores the test if the native parts of the packages are missing and cannot be built.</summary>
    public static void NeedBridge()
    {
        string native = Path.Combine(Repository.Root, "artifacts", "native");
        if (!Directory.Exists(native) || !Directory.EnumerateFiles(native, "*.so", SearchOption.AllDirectories).Any())
        {
            (int code, _, string error) = Tool.Run(Path.Combine(Repository.Root, "native", "build"));
            if (code != 0)
            {
                Assert.Ignore(error);
            }
        }
    }

    /// <summary>Runs the program; returns its output.</summary>
    public string Run(string arguments = "") => Run(Folder, $"run {arguments}");

    /// <summary>Runs dotnet in the project's folder; returns its output. It must succeed.</summary>
    public string Dotnet(string arguments) => Run(Folder, arguments);

    public void Dispose() => Directory.Delete(_work, recursive: true);

    /// <summary>
    /// Runs dotnet; returns its output. It must succeed. Ignores the test if packages cannot be downloaded because there is no network.
    /// </summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="arguments">The arguments of dotnet.</param>
    /// <param name="cache">The folder into which packages are unpacked. The user's own may have packages of an earlier run with the same
    /// version.</param>
    public static string Succeed(string folder, string arguments, string cache)
    {
        (int code, string output) = Dotnet(folder, arguments, cache);
        if (code != 0 && Unreachable().Match(output) is { Success: true } unreachable)
        {
            Assert.Ignore($"Packages cannot be had from the network: {unreachable.Value}");
        }

        Assert.That(code, Is.Zero, $"dotnet {arguments}\n{output}");
        return output;
    }

    /// <summary>Runs dotnet; returns its exit code and its whole output.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="arguments">The arguments of dotnet.</param>
    /// <param name="cache">The folder into which packages are unpacked; null for the user's own.</param>
    /// <param name="limit">The time after which dotnet is killed; null for no limit.</param>
    /// <exception cref="TimeoutException">dotnet did not end within the limit.</exception>
    public static (int ExitCode, string Output) Dotnet(string folder, string arguments, string? cache = null, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The test runner's own build sets these variables. They would change this build.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        if (cache is not null)
        {
            start.Environment["NUGET_PACKAGES"] = cache;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        bool hasEnded = process.WaitForExit(limit ?? Timeout.InfiniteTimeSpan);
        if (!hasEnded)
        {
            process.Kill(entireProcessTree: true);
        }

        string all = $"{output.GetAwaiter().GetResult()}\n{error.GetAwaiter().GetResult()}";
        return hasEnded ? (process.ExitCode, all) : throw new TimeoutException($"dotnet {arguments} did not end within {limit}. It printed:\n{all}");
    }

    private string Run(string folder, string arguments) => Succeed(folder, arguments, Path.Combine(_work, "cache"));

    /// <summary>
    /// Matches NuGet's messages about a server that it does not reach: in a restore, in a search for versions, or after a time-out. The
    /// first message also comes for a missing folder, but then without an address.
    /// </summary>
    [GeneratedRegex(
        @"NU1301:[^\n]*https?://[^\n]*|Unable to load the service index for source https?://[^\n]*|^error:[^\n]*\([\w.-]+:\d+\)\r?$|The HTTP request to 'GET https?://[^\n]* has timed out",
        RegexOptions.Multiline,
        1000)]
    private static partial Regex Unreachable();
}
