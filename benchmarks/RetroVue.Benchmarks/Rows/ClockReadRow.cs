using System.Runtime.CompilerServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures the cost of reading the system clock.</summary>
internal static class ClockReadRow
{
    private const int Calls = 1_000_000;
    private static long s_sink;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        double[] costs = new double[Arguments.Count(arguments, 0, 20)];
        await WarmUp.RunAsync(() =>
        {
            ReadMany(Calls / 100);
            return Task.CompletedTask;
        });
        for (int batch = 0; batch < costs.Length; batch++)
        {
            ClockTime start = SystemClock.Instance.Now;
            ReadMany(Calls);
            costs[batch] = (SystemClock.Instance.Now - start).Nanoseconds / (double)Calls;
        }

        return Figures.Pair("ns_per_call", Figures.Median(costs), 2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadMany(int count)
    {
        for (int call = 0; call < count; call++)
        {
            Volatile.Write(ref s_sink, SystemClock.Instance.Now.Nanoseconds);
        }
    }
}
