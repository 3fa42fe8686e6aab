using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures appends of one event, each safe on the disk before the next one.</summary>
internal static class SqliteAppendRow
{
    public static async Task<string> MeasureAsync(string[] arguments)
    {
        await using SqliteStore store = await SqliteStore.OpenAsync();
        await WarmUp.RunAsync(() => AppendAsync(store.Log, Make(200)));
        EventEnvelope[] events = Make(Arguments.Count(arguments, 0, 5000));
        double cpu = Figures.CpuNanoseconds;
        ClockTime start = SystemClock.Instance.Now;
        await AppendAsync(store.Log, events);
        return $"{Figures.Pair("ns_per_append", (SystemClock.Instance.Now - start).Nanoseconds / (double)events.Length, 0)} "
            + Figures.Pair("cpu_ns_per_append", (Figures.CpuNanoseconds - cpu) / events.Length, 0);
    }

    private static EventEnvelope[] Make(int count) => [.. Enumerable.Range(0, count).Select(SqliteStore.MakeEvent)];

    private static async Task AppendAsync(IEventLog log, EventEnvelope[] events)
    {
        foreach (EventEnvelope @event in events)
        {
            await log.AppendAsync(@event);
        }
    }
}
