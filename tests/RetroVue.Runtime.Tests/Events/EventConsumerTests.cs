using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Text.Json;
using NodaTime;
using NodaTime.Testing;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Tests.Events;

/// <summary>A consumer whose store fails at times. What every store promises is tested with each store.</summary>
public sealed class EventConsumerTests
{
    private static readonly Instant s_time = Instant.FromUtc(2026, 3, 1, 0, 0);

    [Test]
    public async Task Events_whose_offset_could_not_be_kept_do_not_come_again()
    {
        var store = new FaultyOffsets(new InMemoryEventStore());
        ConcurrentQueue<Guid> handled = [];
        EventEnvelope[] events = [.. Enumerable.Range(0, 12).Select(_ => Make())];
        await store.Log.AppendAsync(events);
        await using var consumer = new EventConsumer(
            store,
            "consumer",
            (logged, _) =>
            {
                handled.Enqueue(logged.Event.Id);
                return Task.CompletedTask;
            },
            new FakeClock(s_time),
            new EventConsumerOptions { BatchSize = 5 });
        store.FailuresLeft = 3;
        consumer.Start();
        await Until.TrueAsync(() => store.Offsets.GetAsync("consumer").Result == 12);
        Assert.That(handled, Is.EqualTo(events.Select(one => one.Id)), "the process was not killed, so it knows what it has handled");
    }

    [Test]
    public async Task Lag_is_what_is_not_finished_and_ends_also_behind_a_bad_event()
    {
        var store = new InMemoryEventStore();
        await store.AppendAsync([.. Enumerable.Range(0, 30).Select(_ => Make())]);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consumer = new EventConsumer(
            store,
            "consumer",
            async (logged, stop) =>
            {
                await release.Task.WaitAsync(stop);
                if (logged.Offset == 7)
                {
                    throw new FormatException("bad");
                }
            },
            new FakeClock(s_time),
            new EventConsumerOptions { BatchSize = 10 });
        consumer.Start();
        await Until.TrueAsync(() => consumer.Lag == 30);
        release.SetResult();
        await Until.TrueAsync(() => store.Offsets.GetAsync("consumer").Result == 30 && consumer.Lag == 0);
        Assert.That((await store.Parked.GetAsync("consumer")).Select(parked => (parked.Offset, parked.Error)), Is.EqualTo(new[] { (7L, "FormatException: bad") }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Consumer_that_is_stopped_within_a_batch_keeps_what_it_has_finished_and_goes_on_there(bool isTogether)
    {
        var store = new InMemoryEventStore();
        EventEnvelope[] events = [.. Enumerable.Range(0, 12).Select(_ => Make())];
        await store.AppendAsync(events);
        ConcurrentQueue<Guid> handled = [];
        Task stopped = Task.CompletedTask;
        EventConsumer consumer = null!;
        async Task HandleAsync(LoggedEvent logged)
        {
            handled.Enqueue(logged.Event.Id);
            if (handled.Count == 4)
            {
                stopped = consumer.StopAsync();
                await Task.Yield();
            }
        }

        var options = new EventConsumerOptions { BatchSize = 10 };
        consumer = isTogether
            ? new EventConsumer(store, "consumer", (logged, _, _) => HandleAsync(logged), new FakeClock(s_time), options)
            : new EventConsumer(store, "consumer", (logged, _) => HandleAsync(logged), new FakeClock(s_time), options);
        await using (consumer)
        {
            consumer.Start();
            await Until.TrueAsync(() => handled.Count >= 4);
            await stopped;
            Assert.That(handled, Has.Count.EqualTo(4), "it stops after the event that is being handled");
            Assert.That(await store.Offsets.GetAsync("consumer"), Is.EqualTo(isTogether ? -1 : 4), "a transaction that is not complete has no effect");
            consumer.Start();
            await Until.TrueAsync(() => store.Offsets.GetAsync("consumer").Result == 12);
            Assert.That(handled.Skip(isTogether ? 4 : 0), Is.EqualTo(events.Select(one => one.Id)));
        }
    }

    [Test]
    public async Task Batch_whose_commit_fails_takes_effect_once_and_parks_nothing()
    {
        var inner = new InMemoryEventStore();
        var store = new FaultyOffsets(inner) { CommitFailuresLeft = 2 };
        EventEnvelope[] events = [.. Enumerable.Range(0, 7).Select(_ => Make())];
        await inner.AppendAsync(events);
        int calls = 0;
        await using var consumer = new EventConsumer(
            store,
            "consumer",
            async (logged, transaction, stop) =>
            {
                Interlocked.Increment(ref calls);
                await inner.AppendAsync(Make() with { Type = "tests.Copied", CausationId = $"{logged.Event.Id}" }, ((BadCommit)transaction).Inner, stop);
            },
            new FakeClock(s_time),
            new EventConsumerOptions { Types = ["tests.Happened"] });
        consumer.Start();
        await Until.TrueAsync(() => inner.Offsets.GetAsync("consumer").Result >= 7);
        IReadOnlyList<LoggedEvent> copies = [.. (await inner.ReadFromAsync(-1)).Where(logged => logged.Event.Type == "tests.Copied")];
        Assert.That(copies.Select(copy => copy.Event.CausationId), Is.EqualTo(events.Select(one => $"{one.Id}")));
        Assert.That(calls, Is.EqualTo(21), "three attempts");
        Assert.That(await inner.Parked.GetAsync("consumer"), Is.Empty);
    }

    private static EventEnvelope Make() => new() { Id = Guid.NewGuid(), Type = "tests.Happened", Producer = "tests", Time = s_time, Payload = JsonElement.Parse("{}") };

    /// <summary>A store that cannot keep offsets, or commit, for a while.</summary>
    private sealed class FaultyOffsets(InMemoryEventStore store) : IEventStore, IOffsetStore
    {
        private int _failuresLeft;

        public int FailuresLeft
        {
            get => Volatile.Read(ref _failuresLeft);
            set => Volatile.Write(ref _failuresLeft, value);
        }

        public int CommitFailuresLeft { get; set; }

        public IEventLog Log => store.Log;

        public IOffsetStore Offsets => this;

        public IParkedEvents Parked => store.Parked;

        public async Task<EventTransaction> BeginAsync(CancellationToken cancellationToken = default) =>
            new(new BadCommit((await store.BeginAsync(cancellationToken)).Transaction, CommitFailuresLeft-- > 0));

        public Task<long> GetAsync(string consumerId, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
            store.Offsets.GetAsync(consumerId, (transaction as BadCommit)?.Inner ?? transaction, cancellationToken);

        public Task SetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
            Interlocked.Decrement(ref _failuresLeft) >= 0
                ? throw new EventException("away", isTransient: true)
                : store.Offsets.SetAsync(consumerId, offset, (transaction as BadCommit)?.Inner ?? transaction, cancellationToken);

        public Task<IReadOnlyDictionary<string, long>> GetAllAsync(CancellationToken cancellationToken = default) => store.Offsets.GetAllAsync(cancellationToken);
    }

    /// <summary>A transaction whose commit may fail, as if the connection had broken before it.</summary>
    private sealed class BadCommit(DbTransaction inner, bool isBad) : DbTransaction
    {
        public DbTransaction Inner => inner;

        public override IsolationLevel IsolationLevel => inner.IsolationLevel;

        protected override DbConnection? DbConnection => null;

        public override void Commit()
        {
            if (isBad)
            {
                throw new EventException("broken", isTransient: true);
            }

            inner.Commit();
        }

        public override void Rollback() => inner.Rollback();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
