using System.Runtime.CompilerServices;

namespace RetroVue.Media.FFmpeg.Tests.Matrix;

/// <summary>The list of differences whose cause is in FFmpeg or in a specification: differences.tsv beside this file.</summary>
internal static class KnownDifferences
{
    private static readonly Lazy<string[][]> s_rows = new(() =>
    [
        .. File.ReadAllLines(Path.Combine(Path.GetDirectoryName(Here())!, "differences.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t')),
    ]);

    /// <summary>Returns the listed cause of a difference; null if the difference is not listed.</summary>
    public static string? CauseOf(string encoder, string container, string step, string kind) =>
        Array.Find(s_rows.Value, row => Fits(row[0], encoder) && Fits(row[1], container) && Fits(row[2], step) && Fits(row[3], kind))?[4];

    private static bool Fits(string pattern, string value) => pattern == "*" || pattern.Split(',').Contains(value, StringComparer.Ordinal);

    private static string Here([CallerFilePath] string path = "") => path;
}
