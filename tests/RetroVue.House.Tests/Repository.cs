using System.Runtime.CompilerServices;

namespace RetroVue.House.Tests;

/// <summary>Where the sources lie that the tests read.</summary>
internal static class Repository
{
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
