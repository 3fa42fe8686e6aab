using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures appends of a hundred events, each append safe on the server's disk before the next one.</summary>
internal static class PostgresBatchRow
{
    private const int Batch = 100;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        await using StationDatabase store = await PostgresStore.OpenAsync();
        await WarmUp.RunAsync(() => store.Log.AppendAsync(PostgresStore.Make(0, Batch)));
        EventEnvelope[][] batches = [.. PostgresStore.Make(0, Arguments.Count(arguments, 0, 1000) * Batch).Chunk(Batch)];
        double cpu = Figures.CpuNanoseconds;
        ClockTime start = SystemClock.Instance.Now;
        foreach (EventEnvelope[] batch in batches)
        {
            await store.Log.AppendAsync(batch);
        }

        double events = batches.Length * Batch;
        return $"{Figures.Pair("ns_per_event", (SystemClock.Instance.Now - start).Nanoseconds / events, 0)} "
            + Figures.Pair("cpu_ns_per_event", (Figures.CpuNanoseconds - cpu) / events, 0);
    }
}
