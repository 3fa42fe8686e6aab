using System.Globalization;

namespace RetroVue.Runtime.Tests;

/// <summary>Reads what ffprobe prints as CSV.</summary>
internal static class Ffprobe
{
    /// <summary>Returns the first number of each line.</summary>
    public static long[] FirstNumbers(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.Parse(line.Split(',')[0], CultureInfo.InvariantCulture))];
}
