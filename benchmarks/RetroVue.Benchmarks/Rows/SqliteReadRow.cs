using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures a reader that goes through a whole log.</summary>
internal static class SqliteReadRow
{
    private const int Batch = 1000;
    private const int Append = 10_000;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        int count = Arguments.Count(arguments, 0, 1_000_000);
        await using SqliteStore store = await SqliteStore.OpenAsync();
        for (int written = 0; written < count; written += Append)
        {
            await store.Log.AppendAsync([.. Enumerable.Range(written, Math.Min(Append, count - written)).Select(SqliteStore.MakeEvent)]);
        }

        await WarmUp.RunAsync(() => store.Log.ReadFromAsync(-1, Batch));
        double cpu = Figures.CpuNanoseconds;
        ClockTime start = SystemClock.Instance.Now;
        long offset = -1;
        int read = 0;
        while (await store.Log.ReadFromAsync(offset, Batch) is { Count: > 0 } events)
        {
            offset = events[^1].Offset;
            read += events.Count;
        }

        return read == count
            ? $"{Figures.Pair("ns_per_event", (SystemClock.Instance.Now - start).Nanoseconds / (double)read, 0)} {Figures.Pair("cpu_ns_per_event", (Figures.CpuNanoseconds - cpu) / read, 0)}"
            : throw new InvalidOperationException($"{read} of {count} events were read.");
    }
}
