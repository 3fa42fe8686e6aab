using System.Runtime.CompilerServices;

namespace RetroVue.Tests;

/// <summary>The sources that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the whole project.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The projects of src: name and folder.</summary>
    public static IEnumerable<(string Name, string Folder)> Projects =>
        Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => (Path.GetFileNameWithoutExtension(file), Path.GetDirectoryName(file)!))
            .Order();

    /// <summary>The C# files of a project, without what the build writes.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    /// <summary>The program of a sample, built as the tests are.</summary>
    public static string Sample(string name) =>
        Path.Combine(Root, "samples", name, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", $"{name}.dll");

    private static string FindRoot([CallerFilePath] string here = "")
    {
        // From the build output where the sources' path was mapped by a deterministic build.
        string start = File.Exists(here) ? Path.GetDirectoryName(here)! : AppContext.BaseDirectory;
        for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "BannedSymbols.txt")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException($"No repository above '{start}'.");
    }
}
