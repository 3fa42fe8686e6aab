using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures a reader that goes through a whole log.</summary>
internal static class EventReadRow
{
    private const int Batch = 1000;

    public static async Task<string> MeasureSqliteAsync(string[] arguments)
    {
        await using SqliteStore store = await SqliteStore.OpenAsync();
        return await MeasureAsync(store.Log, arguments);
    }

    public static async Task<string> MeasurePostgresAsync(string[] arguments)
    {
        await using StationDatabase store = await PostgresStore.OpenAsync();
        return await MeasureAsync(store.Log, arguments, PostgresStore.VacuumAsync);
    }

    private static async Task<string> MeasureAsync(IEventLog log, string[] arguments, Func<Task>? settleAsync = null)
    {
        int count = Arguments.Count(arguments, 0, 1_000_000);
        for (int written = 0; written < count; written += Batch)
        {
            await log.AppendAsync([.. Enumerable.Range(written, Math.Min(Batch, count - written)).Select(SqliteStore.MakeEvent)]);
        }

        if (settleAsync is not null)
        {
            await settleAsync();
        }

        await WarmUp.RunAsync(() => log.ReadFromAsync(-1, Batch));
        double cpu = Figures.CpuNanoseconds;
        ClockTime start = SystemClock.Instance.Now;
        long offset = -1;
        int read = 0;
        while (await log.ReadFromAsync(offset, Batch) is { Count: > 0 } events)
        {
            offset = events[^1].Offset;
            read += events.Count;
        }

        return read == count
            ? $"{Figures.Pair("ns_per_event", (SystemClock.Instance.Now - start).Nanoseconds / (double)read, 0)} {Figures.Pair("cpu_ns_per_event", (Figures.CpuNanoseconds - cpu) / read, 0)}"
            : throw new InvalidOperationException($"{read} of {count} events were read.");
    }
}
