using System.Runtime.CompilerServices;

namespace RetroVue.Tests;

/// <summary>The sources that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The root folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The projects of src: name and folder.</summary>
    public static IEnumerable<(string Name, string Folder)> Projects =>
        Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => (Path.GetFileNameWithoutExtension(file), Path.GetDirectoryName(file)!))
            .Order();

    /// <summary>Returns the C# files of a project, without the files that the build writes.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    /// <summary>Returns the program of a sample, in the configuration of the tests.</summary>
    public static string Sample(string name) =>
        Path.Combine(Root, "samples", name, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", $"{name}.dll");

    private static string FindRoot([CallerFilePath] string here = "")
    {
        // A deterministic build maps the paths of the sources. Then the search begins at the build output.
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
