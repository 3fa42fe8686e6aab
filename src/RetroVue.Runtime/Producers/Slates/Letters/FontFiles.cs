namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>Finds the files of the system's fonts, and puts the fonts first that look best in a slate.</summary>
internal static class FontFiles
{
    private const int MostFiles = 4000;
    private const int MostDepth = 8;
    private const int MostEntries = 20_000;

    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    // Words in names of fonts whose letters look different from those of the fonts in this assembly.
    private static readonly (string Word, int Penalty)[] s_unlike =
    [
        ("italic", 100), ("oblique", 100), ("condensed", 60), ("mono", 40), ("serif", 30), ("nastaliq", 30), ("kufi", 25), ("rashi", 40),
        ("display", 20), ("math", 50), ("ui", 5),
    ];

    private static readonly string[] s_weights = ["thin", "extralight", "light", "medium", "semibold", "demibold", "extrabold", "black", "heavy"];

    /// <summary>The folders in which Linux keeps fonts.</summary>
    public static IReadOnlyList<string> UsualFolders =>
    [
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "fonts"),
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".fonts"),
    ];

    /// <summary>
    /// The files of fonts in a folder and in those below it, in no order; of very many some. A folder that cannot be read is left out, and so
    /// are links to folders: they may lead anywhere, and back.
    /// </summary>
    public static IReadOnlyList<string> In(string folder)
    {
        List<string> found = [];
        var folders = new Queue<(string Path, int Depth)>([(folder, 0)]);
        int entries = 0;
        while (folders.TryDequeue(out (string Path, int Depth) next))
        {
            try
            {
                foreach (FileSystemInfo entry in new DirectoryInfo(next.Path).EnumerateFileSystemInfos("*", s_all))
                {
                    if (++entries > MostEntries || found.Count == MostFiles)
                    {
                        return found;
                    }

                    Add(entry, next.Depth);
                }
            }
            catch (Exception)
            {
                // What was found in it until then counts, and so do the other folders.
            }
        }

        return found;

        void Add(FileSystemInfo entry, int depth)
        {
            if (IsFont(entry.Name))
            {
                found.Add(entry.FullName);
            }
            else if ((entry.Attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == FileAttributes.Directory && depth < MostDepth)
            {
                folders.Enqueue((entry.FullName, depth + 1));
            }
        }
    }

    /// <summary>Returns the files, the best one first; the same files always have the same order.</summary>
    public static IReadOnlyList<FontFile> Ranked(IEnumerable<FontFile> files, LetterWeight weight) =>
        [.. files.OrderBy(file => Penalty(Path.GetFileNameWithoutExtension(file.Path), weight)).ThenBy(file => file.Path, StringComparer.Ordinal)];

    private static bool IsFont(string file) => Path.GetExtension(file).ToUpperInvariant() is ".TTF" or ".OTF" or ".TTC" or ".OTC";

    private static int Penalty(string name, LetterWeight weight)
    {
        int penalty = name.StartsWith("NotoSans", StringComparison.Ordinal) ? 0 : name.StartsWith("Noto", StringComparison.Ordinal) ? 15 : 20;
        foreach ((string word, int more) in s_unlike)
        {
            penalty += name.Contains(word, StringComparison.OrdinalIgnoreCase) ? more : 0;
        }

        if (s_weights.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return penalty + 20;
        }

        bool isBold = name.Contains("bold", StringComparison.OrdinalIgnoreCase);
        return isBold == (weight == LetterWeight.Bold) ? penalty : penalty + 10;
    }
}
