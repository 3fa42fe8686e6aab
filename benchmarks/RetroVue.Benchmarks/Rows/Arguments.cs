using System.Globalization;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Reads the arguments of a measure, which are those of the peer of the same name.</summary>
internal static class Arguments
{
    /// <summary>A whole number of at least 1, or the fallback where the argument is not given.</summary>
    /// <exception cref="UsageException">It is something else.</exception>
    public static int Count(string[] arguments, int index, int fallback)
    {
        if (index >= arguments.Length)
        {
            return fallback;
        }

        return int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new UsageException($"'{arguments[index]}' is not a number of at least 1.");
    }

    /// <summary>A file that exists.</summary>
    /// <exception cref="UsageException">It is not given or not there.</exception>
    public static string File(string[] arguments, int index) =>
        index >= arguments.Length ? throw new UsageException("A file is wanted.")
        : System.IO.File.Exists(arguments[index]) ? arguments[index]
        : throw new UsageException($"There is no file '{arguments[index]}'.");
}
