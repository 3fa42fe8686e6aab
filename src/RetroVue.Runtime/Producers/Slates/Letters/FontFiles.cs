namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>Finds the files of the system's fonts, and puts the fonts first that look best in a slate.</summary>
internal static class FontFiles
{
    private const int MostFiles = 4000;
    private const int MostDepth = 8;

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

    /// <summary>Returns the fonts in folders and their subfolders, in no order; if there are very many, only some of them.</summary>
    public static IReadOnlyList<string> In(IEnumerable<string> folders)
    {
        // A link to its own folder is followed only to the same depth as all others.
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = MostDepth,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.None,
        };
        return [.. folders.Where(Path.IsPathRooted).Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", options)).Where(IsFont).Take(MostFiles)];
    }

    /// <summary>Returns the files, the best one first; the same files always have the same order.</summary>
    public static IReadOnlyList<string> Ranked(IEnumerable<string> files, LetterWeight weight) =>
        [.. files.OrderBy(file => Penalty(Path.GetFileNameWithoutExtension(file), weight)).ThenBy(file => file, StringComparer.Ordinal)];

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
