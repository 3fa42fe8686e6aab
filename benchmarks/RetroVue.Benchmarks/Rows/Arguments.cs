using System.Globalization;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Reads the arguments of a measure. They are the same as those of the peer of the same name.</summary>
internal static class Arguments
{
    /// <summary>Returns a whole number of at least 1; the fallback if the argument is not given.</summary>
    /// <exception cref="UsageException">The argument is not such a number.</exception>
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

    /// <summary>Returns the path of a file that exists.</summary>
    /// <exception cref="UsageException">The argument is not given, or there is no such file.</exception>
    public static string File(string[] arguments, int index) =>
        index >= arguments.Length ? throw new UsageException("A file is necessary.")
        : System.IO.File.Exists(arguments[index]) ? arguments[index]
        : throw new UsageException($"There is no file '{arguments[index]}'.");
}
