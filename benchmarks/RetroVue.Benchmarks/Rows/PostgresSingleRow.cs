using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures sixteen writers that append single events, each safe on the server's disk before the writer's next one.</summary>
internal static class PostgresSingleRow
{
    private const int Writers = 16;

    /// <summary>All events differ only in their ids, as the peer's rows do.</summary>
    private static readonly EventEnvelope s_event = SqliteStore.MakeEvent(0);

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        await using StationDatabase store = await PostgresStore.OpenAsync();
        ClockTime span = ClockTime.FromSeconds(Arguments.Count(arguments, 0, 10));
        await WarmUp.RunAsync(() => WriteAsync(store.Log, ClockTime.FromMilliseconds(100)));
        double cpu = Figures.CpuNanoseconds;
        ClockTime start = SystemClock.Instance.Now;
        double commits = await WriteAsync(store.Log, span);
        return $"{Figures.Pair("ns_per_commit", (SystemClock.Instance.Now - start).Nanoseconds / commits, 0)} "
            + Figures.Pair("cpu_ns_per_commit", (Figures.CpuNanoseconds - cpu) / commits, 0);
    }

    private static async Task<double> WriteAsync(IEventLog log, ClockTime span)
    {
        ClockTime end = SystemClock.Instance.Now + span;
        int[] counts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            int count = 0;
            for (; SystemClock.Instance.Now < end; count++)
            {
                await log.AppendAsync(s_event with { Id = Guid.NewGuid() });
            }

            return count;
        })));
        return counts.Sum();
    }
}
