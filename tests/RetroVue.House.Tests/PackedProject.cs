using System.Diagnostics;

namespace RetroVue.House.Tests;

/// <summary>A new project, in a folder of its own, that takes the packages of this very build and nothing of the sources.</summary>
internal sealed class PackedProject : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("retrovue-packed-").FullName;

    /// <param name="program">Its Program.cs.</param>
    /// <param name="packages">What it takes; their dependencies among the project's own are packed too.</param>
    public PackedProject(string program, params string[] packages)
    {
        Pack(_work, [.. packages.Select(package => $"src/{package}"), "src/RetroVue.Media"]);
        Run(_work, "new console -o Project");
        Folder = Path.Combine(_work, "Project");
        File.WriteAllText(Path.Combine(Folder, "Program.cs"), program);
        foreach (string package in packages)
        {
            Run(Folder, $"add package {package}");
        }
    }

    public string Folder { get; }

    /// <summary>Packs projects into a folder's "packages", where projects below that folder find them beside the user's own sources.</summary>
    public static void Pack(string folder, IEnumerable<string> projects)
    {
        string packed = Path.Combine(folder, "packages");
        foreach (string project in projects)
        {
            (int code, string output) = Dotnet(Repository.Root, $"pack {project} -c Release --no-build -v quiet -o {packed}");
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

    /// <summary>Ignores the test where the native parts that packages hold are not there and cannot be built.</summary>
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

    /// <summary>Runs the program; returns what it prints.</summary>
    public string Run(string arguments = "") => Run(Folder, $"run {arguments}");

    /// <summary>Runs dotnet in the project's folder, which must succeed; returns what it prints.</summary>
    public string Dotnet(string arguments) => Run(Folder, arguments);

    public void Dispose() => Directory.Delete(_work, recursive: true);

    /// <summary>Runs dotnet; returns its exit code and all it prints.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cache">The folder that packages are unpacked in; the user's own where null.</param>
    public static (int ExitCode, string Output) Dotnet(string folder, string arguments, string? cache = null)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test runner's own build set would steer this one.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        if (cache is not null)
        {
            start.Environment["NUGET_PACKAGES"] = cache;
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, $"{output}\n{error.GetAwaiter().GetResult()}");
    }

    private string Run(string folder, string arguments)
    {
        // Packages of an earlier run would lie in the user's cache under the same version.
        (int code, string output) = Dotnet(folder, arguments, Path.Combine(_work, "cache"));
        Assert.That(code, Is.Zero, $"dotnet {arguments}\n{output}");
        return output;
    }
}
