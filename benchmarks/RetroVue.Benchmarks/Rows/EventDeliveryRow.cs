using System.Collections.Concurrent;
using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage;

namespace RetroVue.Benchmarks.Rows;

/// <summary>
/// Measures the time from a commit to the subscriber's handler: of an append, of a transaction of the caller, and of another process, whose part a
/// second store plays.
/// </summary>
internal static class EventDeliveryRow
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(3);

    public static async Task<string> MeasureSqliteAsync(string[] arguments)
    {
        await using SqliteStore store = await SqliteStore.OpenAsync();
        await using StationDatabase other = await store.OpenAgainAsync();
        return await MeasureAsync(store.Database, other, arguments);
    }

    public static async Task<string> MeasurePostgresAsync(string[] arguments)
    {
        await using StationDatabase store = await PostgresStore.OpenAsync();
        await using StationDatabase other = await PostgresStore.OpenAgainAsync();
        return await MeasureAsync(store, other, arguments);
    }

    private static async Task<string> MeasureAsync(StationDatabase store, StationDatabase other, string[] arguments)
    {
        int count = Arguments.Count(arguments, 0, 1000);
        double[] appends = await MeasureAsync(store.Log, count, @event => store.Log.AppendAsync(@event));
        double[] transactions = await MeasureAsync(store.Log, count, async @event =>
        {
            await using EventTransaction transaction = await store.BeginAsync();
            await store.Log.AppendAsync(@event, transaction.Transaction);
            await transaction.CommitAsync();
        });
        double[] others = await MeasureAsync(store.Log, count, @event => other.Log.AppendAsync(@event));
        return $"{Figures.Pair("p99_ns", Figures.Quantile(appends, 0.99), 0)} {Figures.Pair("median_ns", Figures.Median(appends), 0)} "
            + $"{Figures.Pair("transaction_p99_ns", Figures.Quantile(transactions, 0.99), 0)} {Figures.Pair("other_median_ns", Figures.Median(others), 0)} "
            + Figures.Pair("other_p99_ns", Figures.Quantile(others, 0.99), 0);
    }

    private static async Task<double[]> MeasureAsync(IEventLog log, int count, Func<EventEnvelope, Task> append)
    {
        var seen = new ConcurrentDictionary<Guid, ClockTime>();
        await using IAsyncDisposable subscription = await log.SubscribeAsync(["*"], null, (logged, _) =>
        {
            seen[logged.Event.Id] = SystemClock.Instance.Now;
            return Task.CompletedTask;
        });
        var committed = new List<(Guid Id, ClockTime At)>();
        for (int number = 0; number < count * 5 / 4; number++)
        {
            EventEnvelope @event = SqliteStore.MakeEvent(number);
            await append(@event);
            committed.Add((@event.Id, SystemClock.Instance.Now));
            await Watchdog.PauseAsync(s_pace, CancellationToken.None);
        }

        while (seen.Count < committed.Count)
        {
            await Task.Yield();
        }

        // The first fifth warms up. A handler may be quicker than the return of the append.
        return [.. committed.Skip(count / 4).Select(one => Math.Max(0, (double)(seen[one.Id] - one.At).Nanoseconds))];
    }
}
