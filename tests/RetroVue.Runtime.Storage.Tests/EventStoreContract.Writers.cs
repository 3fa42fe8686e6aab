using System.Collections.Concurrent;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <content>Many writers, in transactions of their own and of the log.</content>
public abstract partial class EventStoreContract
{
    [TestCase(2000)]
    [TestCase(100_000, Category = "Soak")]
    public async Task Every_committed_event_reaches_every_subscriber_once_and_in_order(int count)
    {
        const int Writers = 16;
        IEventStore? again = await OpenAgainAsync();
        try
        {
            ConcurrentQueue<LoggedEvent>[] seen = [[], [], []];
            await using IAsyncDisposable first = await Log.SubscribeAsync(s_all, null, Note(seen[0], logged => logged));
            await using IAsyncDisposable second = await (again ?? Store).Log.SubscribeAsync(s_all, null, Note(seen[1], logged => logged));
            await using IAsyncDisposable third = await (again ?? Store).Log.SubscribeAsync(s_all, null, Note(seen[2], logged => logged), after: -1);
            ConcurrentDictionary<Guid, long> committed = [];
            ConcurrentBag<Guid> rolledBack = [];
            int seed = TestContext.CurrentContext.Random.Next();
            await TestContext.Out.WriteLineAsync($"seed {seed}");
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(new Random(seed + writer), count / Writers, committed, rolledBack))));
            await Until.TrueAsync(() => Array.TrueForAll(seen, queue => queue.Count >= committed.Count));
            await Task.Delay(100);
            foreach (ConcurrentQueue<LoggedEvent> queue in seen)
            {
                Assert.That(queue.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, committed.Count)), "each offset once, in order, without gaps");
                Assert.That(queue.Select(logged => logged.Event.Id), Is.EquivalentTo(committed.Keys));
            }

            AssertOrderOfWriters(seen[0]);
            Assert.That(rolledBack, Is.Not.Empty);
        }
        finally
        {
            if (again is not null)
            {
                await CloseAsync(again);
            }
        }
    }

    /// <summary>The events of one writer carry growing numbers, and each is committed before the next is written.</summary>
    private static void AssertOrderOfWriters(IEnumerable<LoggedEvent> events)
    {
        foreach (IGrouping<string?, LoggedEvent> writer in events.GroupBy(logged => logged.Event.RunId, StringComparer.Ordinal))
        {
            Assert.That(writer.Select(TestEvents.NumberOf), Is.Ordered.And.Unique, $"writer {writer.Key}");
        }
    }

    private async Task WriteAsync(Random random, int count, ConcurrentDictionary<Guid, long> committed, ConcurrentBag<Guid> rolledBack)
    {
        string writer = Guid.NewGuid().ToString();
        for (int number = 0; number < count;)
        {
            EventEnvelope[] events = [.. Enumerable.Range(number, Math.Min(random.Next(1, 6), count - number)).Select(i => TestEvents.Make(i) with { RunId = writer })];
            number += events.Length;
            if (random.Next(3) == 0)
            {
                await Log.AppendAsync(events);
                Array.ForEach(events, @event => committed[@event.Id] = 0);
                continue;
            }

            await using EventTransaction transaction = await Store.BeginAsync();
            await Log.AppendAsync(events, transaction.Transaction);
            if (random.Next(10) == 0)
            {
                await Task.Delay(random.Next(20));
            }

            if (random.Next(4) == 0)
            {
                Array.ForEach(events, @event => rolledBack.Add(@event.Id));
            }
            else
            {
                await transaction.CommitAsync();
                Array.ForEach(events, @event => committed[@event.Id] = 0);
            }
        }
    }
}
