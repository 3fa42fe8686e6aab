using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>What every event store promises, for the store that a derived class opens.</summary>
public abstract partial class EventStoreContract
{
    private static readonly string[] s_all = ["*"];

    /// <summary>The store under test, empty at first.</summary>
    protected IEventStore Store { get; private set; } = null!;

    private IEventLog Log => Store.Log;

    [SetUp]
    public async Task OpenStoreAsync() => Store = await OpenAsync();

    [TearDown]
    public async Task CloseStoreAsync() => await CloseAsync(Store);

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<IEventStore> OpenAsync();

    /// <summary>Closes a store.</summary>
    protected abstract Task CloseAsync(IEventStore store);

    /// <summary>Opens the same store once more, as another process would; null if that is not possible.</summary>
    protected virtual Task<IEventStore?> OpenAgainAsync() => Task.FromResult<IEventStore?>(null);

    [Test]
    public async Task Empty_log_has_no_event_and_the_offset_minus_one()
    {
        Assert.That(await Log.GetLatestOffsetAsync(), Is.EqualTo(-1));
        Assert.That(await Log.ReadFromAsync(-1), Is.Empty);
        Assert.That(await Store.Offsets.GetAsync("nobody"), Is.EqualTo(-1));
        Assert.That(await Store.Offsets.GetAllAsync(), Is.Empty);
        Assert.That(await Store.Parked.GetAsync("nobody"), Is.Empty);
    }

    [Test]
    public async Task Append_returns_the_id_and_gives_offsets_from_one_without_gaps()
    {
        EventEnvelope[] events = TestEvents.Make(Enumerable.Range(0, 7));
        Assert.That(await Log.AppendAsync(events[0]), Is.EqualTo(events[0].Id));
        Assert.That(await Log.AppendAsync(events[1..6]), Is.EqualTo(events[1..6].Select(@event => @event.Id)));
        Assert.That(await Log.AppendAsync([]), Is.Empty);
        await Log.AppendAsync(events[6]);
        Assert.That(await TestEvents.ReadAllAsync(Log, 3), Is.EqualTo(events.Select((@event, index) => new LoggedEvent(index + 1, @event))));
        Assert.That(await Log.GetLatestOffsetAsync(), Is.EqualTo(7));
    }

    [Test]
    public async Task Read_is_exclusive_of_the_offset_and_limited()
    {
        await Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 150)));
        Assert.That((await Log.ReadFromAsync(0, 2)).Select(logged => logged.Offset), Is.EqualTo(new[] { 1, 2 }));
        Assert.That((await Log.ReadFromAsync(148)).Select(logged => logged.Offset), Is.EqualTo(new[] { 149, 150 }));
        Assert.That(await Log.ReadFromAsync(-1), Has.Count.EqualTo(100), "the limit is 100 unless told otherwise");
        Assert.That(await Log.ReadFromAsync(150), Is.Empty);
        Assert.That(await Log.ReadFromAsync(long.MaxValue), Is.Empty);
        Assert.That(await Log.ReadFromAsync(long.MinValue, 1), Has.Count.EqualTo(1));
        Assert.That(() => Log.ReadFromAsync(0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Append_of_an_id_that_the_log_has_changes_nothing()
    {
        EventEnvelope first = TestEvents.Make(1);
        await Log.AppendAsync(first);
        Assert.That(await Log.AppendAsync(first with { Type = "tests.Other" }), Is.EqualTo(first.Id));
        EventEnvelope second = TestEvents.Make(2);
        await Log.AppendAsync([first, second, first, second]);
        await using (EventTransaction transaction = await Store.BeginAsync())
        {
            await Log.AppendAsync([second, first], transaction.Transaction);
            await transaction.CommitAsync();
        }

        EventEnvelope third = TestEvents.Make(3);
        await Log.AppendAsync(third);
        await AssertLogAsync([first, second, third]);
    }

    [Test]
    public async Task Events_of_a_transaction_are_visible_after_its_commit_only()
    {
        EventEnvelope inside = TestEvents.Make(1);
        EventTransaction transaction = await Store.BeginAsync();
        await using (transaction)
        {
            Assert.That(await Log.AppendAsync(inside, transaction.Transaction), Is.EqualTo(inside.Id));
            await Task.Delay(100);
            Assert.That(await Log.ReadFromAsync(-1), Is.Empty);
            Assert.That(await Log.GetLatestOffsetAsync(), Is.EqualTo(-1));
            await transaction.CommitAsync();
        }

        await Log.WaitForAsync(-1, Limit());
        await AssertLogAsync([inside]);
    }

    [Test]
    public async Task Events_of_a_transaction_that_is_rolled_back_are_never_visible_and_leave_no_gap()
    {
        await using (EventTransaction transaction = await Store.BeginAsync())
        {
            await Log.AppendAsync(TestEvents.Make(1), transaction.Transaction);
        }

        await using (EventTransaction transaction = await Store.BeginAsync())
        {
            await Log.AppendAsync(TestEvents.Make(2), transaction.Transaction);
            await transaction.Transaction.RollbackAsync();
        }

        EventEnvelope after = TestEvents.Make(3);
        await Log.AppendAsync(after);
        await AssertLogAsync([after]);
    }

    [Test]
    public async Task Event_committed_in_a_transaction_comes_before_what_is_appended_later()
    {
        List<EventEnvelope> expected = [];
        for (int i = 0; i < 50; i++)
        {
            expected.Add(TestEvents.Make(expected.Count));
            await using (EventTransaction transaction = await Store.BeginAsync())
            {
                await Log.AppendAsync(expected[^1], transaction.Transaction);
                await transaction.CommitAsync();
            }

            expected.Add(TestEvents.Make(expected.Count));
            await Log.AppendAsync(expected[^1]);
        }

        await AssertLogAsync(expected);
    }

    [Test]
    public async Task Foreign_or_ended_transaction_is_refused()
    {
        await using var other = new OtherTransaction();
        Assert.That(() => Log.AppendAsync(TestEvents.Make(), other), Throws.ArgumentException);
        Assert.That(() => Store.Offsets.SetAsync("consumer", 1, other), Throws.ArgumentException);
        await using EventTransaction transaction = await Store.BeginAsync();
        await transaction.CommitAsync();
        Assert.That(() => Log.AppendAsync(TestEvents.Make(), transaction.Transaction), Throws.ArgumentException);
        Assert.That(await Log.ReadFromAsync(-1), Is.Empty);
    }

    [Test]
    public async Task Hostile_text_in_every_field_comes_back_as_it_was()
    {
        List<EventEnvelope> all = [];
        RandomCases.Run(100, random => all.Add(RandomEvents.Make(random)));
        await Log.AppendAsync(all);
        await AssertLogAsync(all);
    }

    [Test]
    public async Task Payload_of_a_megabyte_and_more_comes_back_as_it_was()
    {
        EventEnvelope[] events = [.. new[] { 1, 4, 15 }.Select(megabytes => TestEvents.Make() with
        {
            Payload = JsonElement.Parse($$"""{"text":"{{new string('ä', megabytes * 512 * 1024)}}"}"""),
        })];
        await Log.AppendAsync(events);
        await AssertLogAsync(events);
    }

    [Test]
    public async Task Wait_ends_with_the_next_event_and_not_before()
    {
        await Log.AppendAsync(TestEvents.Make());
        await Log.WaitForAsync(0, Limit());
        Task wait = Log.WaitForAsync(1, Limit());
        await Task.Delay(100);
        Assert.That(wait.IsCompleted, Is.False);
        await Log.AppendAsync(TestEvents.Make());
        await wait;
        using var end = new CancellationTokenSource();
        Task cancelled = Log.WaitForAsync(2, end.Token);
        await end.CancelAsync();
        Assert.That(() => cancelled, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Subscriber_gets_its_types_from_now_on_once_and_in_order()
    {
        await Log.AppendAsync(TestEvents.Make(-1));
        ConcurrentQueue<long> all = [];
        ConcurrentQueue<int> some = [];
        ConcurrentQueue<int> earlier = [];
        await using IAsyncDisposable everything = await Log.SubscribeAsync(s_all, null, Note(all, logged => logged.Offset));
        await using IAsyncDisposable chosen = await Log.SubscribeAsync(["tests.A", "tests.B"], @event => @event.CorrelationId == "yes", Note(some, TestEvents.NumberOf));
        await using IAsyncDisposable past = await Log.SubscribeAsync([], null, Note(earlier, TestEvents.NumberOf), after: -1);
        string[] types = ["tests.A", "tests.B", "tests.C"];
        for (int i = 0; i < 60; i++)
        {
            await Log.AppendAsync(TestEvents.Make(i, types[i % 3], i % 2 == 0 ? "yes" : "no"));
        }

        await Until.TrueAsync(() => all.Count >= 60 && some.Count >= 20 && earlier.Count >= 61);
        await Task.Delay(50);
        Assert.That(all, Is.EqualTo(Enumerable.Range(2, 60)));
        Assert.That(some, Is.EqualTo(Enumerable.Range(0, 60).Where(i => i % 3 != 2 && i % 2 == 0)));
        Assert.That(earlier, Is.EqualTo(Enumerable.Range(-1, 61)));
    }

    [Test]
    public async Task Subscriber_that_fails_gets_the_next_event_and_disturbs_no_other()
    {
        ConcurrentQueue<int> bad = [];
        ConcurrentQueue<int> good = [];
        await using IAsyncDisposable failing = await Log.SubscribeAsync(s_all, null, (logged, _) =>
        {
            bad.Enqueue(TestEvents.NumberOf(logged));
            throw new InvalidOperationException("a bad subscriber");
        });
        await using IAsyncDisposable wrong = await Log.SubscribeAsync(s_all, _ => throw new InvalidOperationException("a bad predicate"), Note(bad, _ => -1));
        await using IAsyncDisposable other = await Log.SubscribeAsync(s_all, null, Note(good, TestEvents.NumberOf));
        await Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 20)));
        await Until.TrueAsync(() => bad.Count >= 20 && good.Count >= 20);
        Assert.That(bad, Is.EqualTo(Enumerable.Range(0, 20)));
        Assert.That(good, Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public async Task Subscription_that_is_disposed_waits_for_its_handler_and_gets_nothing_more()
    {
        int calls = 0;
        int running = 0;
        IAsyncDisposable subscription = await Log.SubscribeAsync(s_all, null, async (_, end) =>
        {
            Interlocked.Increment(ref running);
            Interlocked.Increment(ref calls);
            await Task.Delay(50, CancellationToken.None);
            Interlocked.Decrement(ref running);
        });
        await Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 20)));
        await Until.TrueAsync(() => Volatile.Read(ref calls) > 0);
        await subscription.DisposeAsync();
        Assert.That(running, Is.Zero);
        int before = calls;
        await Log.AppendAsync(TestEvents.Make());
        await Task.Delay(100);
        Assert.That(calls, Is.EqualTo(before));
    }

    private static Func<LoggedEvent, CancellationToken, Task> Note<T>(ConcurrentQueue<T> queue, Func<LoggedEvent, T> value) => (logged, _) =>
    {
        queue.Enqueue(value(logged));
        return Task.CompletedTask;
    };

    /// <summary>A limit that only a failure reaches.</summary>
    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private async Task AssertLogAsync(IReadOnlyList<EventEnvelope> expected)
    {
        await Until.TrueAsync(() => Log.GetLatestOffsetAsync().Result >= expected.Count, limit: TimeSpan.FromSeconds(10));
        List<LoggedEvent> logged = await TestEvents.ReadAllAsync(Log);
        Assert.That(logged.Select(entry => entry.Offset), Is.EqualTo(Enumerable.Range(1, expected.Count)));
        Assert.That(logged.Select(entry => entry.Event), Is.EqualTo(expected).Using<EventEnvelope>((one, other) => one.Equals(other)));
    }

    private sealed class OtherTransaction : DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => System.Data.IsolationLevel.ReadCommitted;

        protected override DbConnection? DbConnection => null;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }
}
