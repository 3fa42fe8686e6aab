using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>The README's quick start, word for word: the packages are made, a project takes them from there, and its program runs.</summary>
[Category("Slow")]
public sealed class QuickStartTests
{
    [Test]
    public void Quick_start_of_the_readme_prints_what_it_says()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        string program = Regex.Match(readme, "```csharp\n(?<program>.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Groups["program"].Value;
        string expected = Regex.Match(readme, "It prints `(?<line>[^`]+)`", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["line"].Value;
        Assert.That(program, Is.Not.Empty);
        Assert.That(expected, Is.Not.Empty);
        string work = Directory.CreateTempSubdirectory("retrovue-quick-start-").FullName;
        try
        {
            string packages = Path.Combine(work, "packages");
            // The packages of this very build, not those of an earlier run that lie in the package cache under the same version.
            Run(Repository.Root, $"pack src/RetroVue.Media.FFmpeg -c Release --no-build -v quiet -o {packages}");
            Run(Repository.Root, $"pack src/RetroVue.Media -c Release --no-build -v quiet -o {packages}");
            Run(work, "new console -o QuickStart");
            string project = Path.Combine(work, "QuickStart");
            File.WriteAllText(Path.Combine(project, "Program.cs"), program);
            File.WriteAllText(
                Path.Combine(project, "nuget.config"),
                $"""
                 <configuration>
                   <config><add key="globalPackagesFolder" value="{Path.Combine(work, "cache")}" /></config>
                   <packageSources><add key="built" value="{packages}" /></packageSources>
                 </configuration>
                 """);
            Run(project, "add package RetroVue.Media.FFmpeg");
            Assert.That(Run(project, "run"), Does.Contain(expected));
            Assert.That(new FileInfo(Path.Combine(project, "clip.mp4")).Length, Is.GreaterThan(10_000));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static string Run(string folder, string arguments)
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

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"dotnet {arguments}\n{output}\n{error.GetAwaiter().GetResult()}");
        return output;
    }
}
