using System.Collections.Concurrent;
using System.Data.Common;
using NodaTime.Testing;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <content>What consumers promise on every store.</content>
public abstract partial class EventStoreContract
{
    [Test]
    public async Task Consumer_in_transactions_takes_effect_once_also_if_it_is_stopped_and_doubled()
    {
        // The effect is an event: in the same store, so in the same transaction as the offset.
        const int Count = 300;
        var random = new Random(TestContext.CurrentContext.Random.Next());
        Func<LoggedEvent, DbTransaction, CancellationToken, Task> copy = async (logged, transaction, stop) =>
        {
            await Log.AppendAsync(TestEvents.Make(TestEvents.NumberOf(logged), "tests.Copied"), transaction, stop);
            if (random.Next(20) == 0)
            {
                throw new TimeoutException("passes"); // Its effect must be rolled back.
            }
        };
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
            {
                await Log.AppendAsync(TestEvents.Make(i));
            }
        });
        EventConsumerOptions options = new() { Types = ["tests.Happened"], BatchSize = 7 };
        await using EventConsumer first = new(Store, "copier", copy, new FakeClock(TestEvents.Time), options);
        await using EventConsumer second = new(Store, "copier", copy, new FakeClock(TestEvents.Time), options);
        second.Start();
        for (int i = 0; i < 5; i++)
        {
            first.Start();
            await Task.Delay(50);
            await first.StopAsync();
        }

        await writing;
        await Until.TrueAsync(() => Copied().Count >= Count);
        await second.StopAsync();
        Assert.That(Copied(), Is.EqualTo(Enumerable.Range(0, Count)));

        List<int> Copied() => [.. TestEvents.ReadAllAsync(Log).GetAwaiter().GetResult().Where(logged => logged.Event.Type == "tests.Copied").Select(TestEvents.NumberOf)];
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Consumer_parks_a_bad_event_and_what_follows_it_of_its_key(bool isTransactional)
    {
        ConcurrentQueue<int> handled = [];
        HashSet<int> bad = [2, 7];
        await using EventConsumer consumer = isTransactional
            ? new(Store, "consumer", (logged, _, _) => Handle(logged), new FakeClock(TestEvents.Time), new EventConsumerOptions { BatchSize = 4 })
            : new(Store, "consumer", (logged, _) => Handle(logged), new FakeClock(TestEvents.Time), new EventConsumerOptions { BatchSize = 4 });
        consumer.Start();

        // Keys: even numbers "even", odd ones "odd", from 8 on none.
        await Log.AppendAsync([.. Enumerable.Range(0, 10).Select(i => TestEvents.Make(i, key: i >= 8 ? null : i % 2 == 0 ? "even" : "odd"))]);
        await Until.TrueAsync(() => handled.Contains(9));
        await Until.TrueAsync(() => Store.Offsets.GetAsync("consumer").Result == 10);
        Assert.That(handled.Distinct(), Is.EqualTo(new[] { 0, 1, 3, 5, 8, 9 }));
        IReadOnlyList<ParkedEvent> parked = await Store.Parked.GetAsync("consumer");
        Assert.That(parked.Select(entry => (entry.Offset - 1, entry.Key, entry.Error is not null)), Is.EqualTo(new[] { (2L, "even", true), (4L, "even", false), (6L, "even", false), (7L, "odd", true) }));
        Assert.That(parked[0].Error, Is.EqualTo("FormatException: bad 2"));

        // A retry that fails again changes nothing; one that succeeds is followed by what waited.
        await Store.Parked.RetryAsync("consumer", 3);
        await Until.TrueAsync(() => !Store.Parked.GetAsync("consumer").Result[0].IsReleased);
        Assert.That(await Store.Parked.GetAsync("consumer"), Has.Count.EqualTo(4));
        bad.Remove(2);
        handled.Clear();
        await Store.Parked.RetryAsync("consumer", 3);
        await Until.TrueAsync(() => Store.Parked.GetAsync("consumer").Result.Count == 1);
        Assert.That(handled, Is.EqualTo(new[] { 2, 4, 6 }));

        // A dropped one frees its key.
        await Store.Parked.DropAsync("consumer", 8);
        await Log.AppendAsync(TestEvents.Make(11, key: "odd"));
        await Until.TrueAsync(() => handled.Contains(11));
        Assert.That(handled, Has.No.Member(7));

        Task Handle(LoggedEvent logged)
        {
            int number = TestEvents.NumberOf(logged);
            if (bad.Contains(number))
            {
                throw new FormatException($"bad {number}");
            }

            handled.Enqueue(number);
            return Task.CompletedTask;
        }
    }

    [Test]
    public async Task Consumer_that_is_stopped_goes_on_where_it_was()
    {
        ConcurrentQueue<int> handled = [];
        await using EventConsumer consumer = new(Store, "consumer", Note(handled, TestEvents.NumberOf), new FakeClock(TestEvents.Time), new EventConsumerOptions { BatchSize = 10 });
        for (int i = 0; i < 10; i++)
        {
            await Log.AppendAsync(TestEvents.Make(Enumerable.Range(i * 30, 30)));
            consumer.Start();
            consumer.Start();
            await Until.TrueAsync(() => handled.Count > i * 30);
            await consumer.StopAsync();
            await consumer.StopAsync();
        }

        consumer.Start();
        await Until.TrueAsync(() => handled.Count >= 300);
        await consumer.StopAsync();
        Assert.That(handled, Is.EqualTo(Enumerable.Range(0, 300)), "without a kill, nothing comes twice");
        Assert.That(await Store.Offsets.GetAsync("consumer"), Is.EqualTo(300));
    }

    [Test]
    public async Task Consumer_repeats_an_event_whose_error_passes()
    {
        int attempts = 0;
        await using EventConsumer consumer = new(
            Store,
            "consumer",
            (_, _) => ++attempts < 3 ? throw new EventException("away", isTransient: true) : Task.CompletedTask,
            new FakeClock(TestEvents.Time));
        consumer.Start();
        await Log.AppendAsync(TestEvents.Make());
        await Until.TrueAsync(() => Store.Offsets.GetAsync("consumer").Result == 1);
        Assert.That(attempts, Is.EqualTo(3));
        Assert.That(await Store.Parked.GetAsync("consumer"), Is.Empty);
    }
}
