using System.Globalization;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Median and quantiles, CPU time, and the text of a figure.</summary>
internal static class Figures
{
    /// <summary>CPU time of all threads of this process, user and system, in nanoseconds.</summary>
    public static double CpuNanoseconds => Environment.CpuUsage.TotalTime.TotalNanoseconds;

    public static double Median(double[] values) => Quantile(values, 0.5);

    /// <summary>Returns the value with the given fraction of the values below it (nearest rank). Sorts the values.</summary>
    public static double Quantile(double[] values, double fraction)
    {
        Array.Sort(values);
        return values[Math.Min((int)(fraction * values.Length), values.Length - 1)];
    }

    public static string Pair(string key, double value, int decimals) =>
        $"{key}={value.ToString($"F{decimals}", CultureInfo.InvariantCulture)}";
}
