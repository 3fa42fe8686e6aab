using System.Collections.Concurrent;
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

    private static EventEnvelope Make() => new() { Id = Guid.NewGuid(), Type = "tests.Happened", Producer = "tests", Time = s_time, Payload = JsonElement.Parse("{}") };

    /// <summary>A store that cannot keep offsets for a while.</summary>
    private sealed class FaultyOffsets(InMemoryEventStore store) : IEventStore, IOffsetStore
    {
        private int _failuresLeft;

        public int FailuresLeft
        {
            get => Volatile.Read(ref _failuresLeft);
            set => Volatile.Write(ref _failuresLeft, value);
        }

        public IEventLog Log => store.Log;

        public IOffsetStore Offsets => this;

        public IParkedEvents Parked => store.Parked;

        public Task<EventTransaction> BeginAsync(CancellationToken cancellationToken = default) => store.BeginAsync(cancellationToken);

        public Task<long> GetAsync(string consumerId, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
            store.Offsets.GetAsync(consumerId, transaction, cancellationToken);

        public Task SetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
            Interlocked.Decrement(ref _failuresLeft) >= 0
                ? throw new EventException("away", isTransient: true)
                : store.Offsets.SetAsync(consumerId, offset, transaction, cancellationToken);

        public Task<IReadOnlyDictionary<string, long>> GetAllAsync(CancellationToken cancellationToken = default) => store.Offsets.GetAllAsync(cancellationToken);
    }
}
