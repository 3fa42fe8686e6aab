using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures how late a thread wakes if it waits for one deadline per millisecond.</summary>
internal static class WaitRow
{
    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(1);

    public static Task<string> MeasureAsync(string[] arguments)
    {
        double[] lateness = new double[Arguments.Count(arguments, 0, 5) * 1000];
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        Measure(wait, new double[2000]);

        ClockTime wall = SystemClock.Instance.Now;
        double cpu = Figures.CpuNanoseconds;
        Measure(wait, lateness);
        cpu = Figures.CpuNanoseconds - cpu;
        wall = SystemClock.Instance.Now - wall;
        return Task.FromResult(string.Join(
            ' ',
            Figures.Pair("median_ns", Figures.Median(lateness), 0),
            Figures.Pair("p99_ns", Figures.Quantile(lateness, 0.99), 0),
            Figures.Pair("cpu_percent", 100 * cpu / wall.Nanoseconds, 3)));
    }

    private static void Measure(ClockWait wait, double[] lateness)
    {
        SystemClock clock = SystemClock.Instance;
        ClockTime first = clock.Now + (s_interval * 10);
        for (int i = 0; i < lateness.Length; i++)
        {
            ClockTime due = first + (s_interval * i);
            wait.Until(clock, due);
            lateness[i] = (clock.Now - due).Nanoseconds;
        }
    }
}
