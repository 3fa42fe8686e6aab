using System.Collections.Concurrent;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Postgres;

namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>Many writers in two processes, whose part two instances play, with transactions that stay open and are rolled back.</summary>
public sealed class PostgresWritersTests
{
    private static readonly string[] s_all = ["*"];

    private StationDatabase _here = null!;
    private StationDatabase _there = null!;
    private string _address = string.Empty;

    [SetUp]
    public async Task OpenAsync()
    {
        _address = await SharedPostgres.Server.CreateDatabaseAsync();
        _here = await StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = _address }, SystemClock.Instance);
        _there = await StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = _address }, SystemClock.Instance);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    [TestCase(10_000)]
    [TestCase(100_000, Category = "Soak")]
    public async Task Transactions_that_commit_late_or_never_hide_no_event(int count)
    {
        const int Writers = 16;
        ConcurrentDictionary<Guid, bool> mayBeSeen = [];
        ConcurrentDictionary<Guid, bool> committed = [];
        ConcurrentQueue<Guid> early = [];
        ConcurrentQueue<LoggedEvent>[] seen = [[], [], []];
        await using IAsyncDisposable first = await _here.Log.SubscribeAsync(s_all, null, (logged, _) => See(0, logged));
        await using IAsyncDisposable second = await _here.Log.SubscribeAsync(s_all, null, (logged, _) => See(1, logged), after: -1);
        await using IAsyncDisposable third = await _there.Log.SubscribeAsync(s_all, null, (logged, _) => See(2, logged));
        int seed = TestContext.CurrentContext.Random.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer % 2 == 0 ? _here : _there, new Random(seed + writer)))));
        await Until.TrueAsync(() => Array.TrueForAll(seen, queue => queue.Count >= committed.Count), "an event is missing");
        await Task.Delay(200);
        Assert.That(early, Is.Empty, "seen before their commit, or after a rollback");
        foreach (ConcurrentQueue<LoggedEvent> queue in seen)
        {
            Assert.That(queue.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, committed.Count)), "each once, in order, without gaps");
            Assert.That(queue.Select(logged => logged.Event.Id), Is.EquivalentTo(committed.Keys));
        }

        // The events of an append are neighbours; their numbers are its place in it.
        LoggedEvent[] all = [.. seen[0]];
        for (int i = 1; i < all.Length; i++)
        {
            int number = TestEvents.NumberOf(all[i]);
            Assert.That(number == 0 || (all[i].Event.RunId == all[i - 1].Event.RunId && TestEvents.NumberOf(all[i - 1]) == number - 1), "the events of an append stand next to each other");
        }

        Task See(int subscriber, LoggedEvent logged)
        {
            if (!mayBeSeen.ContainsKey(logged.Event.Id))
            {
                early.Enqueue(logged.Event.Id);
            }

            seen[subscriber].Enqueue(logged);
            return Task.CompletedTask;
        }

        async Task WriteAsync(StationDatabase store, Random random)
        {
            for (int written = 0; written < count / Writers;)
            {
                string append = Guid.NewGuid().ToString();
                EventEnvelope[] events = [.. Enumerable.Range(0, random.Next(1, 12)).Select(number => TestEvents.Make(number) with { RunId = append })];
                written += events.Length;
                if (random.Next(3) == 0)
                {
                    Mark(mayBeSeen, events);
                    await store.Log.AppendAsync(events);
                    Mark(committed, events);
                    continue;
                }

                await using EventTransaction transaction = await store.BeginAsync();
                await store.Log.AppendAsync(events, transaction.Transaction);
                int choice = random.Next(50);
                if (choice < 10)
                {
                    await Task.Delay(choice == 0 ? random.Next(500) : random.Next(20));
                }

                if (random.Next(4) != 0)
                {
                    Mark(mayBeSeen, events);
                    await transaction.CommitAsync();
                    Mark(committed, events);
                }
            }
        }
    }

    [Test]
    public async Task Large_appends_of_two_processes_stand_next_to_each_other()
    {
        // More events than one statement takes.
        const int Count = 5000;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async append =>
        {
            StationDatabase store = append % 2 == 0 ? _here : _there;
            EventEnvelope[] events = [.. Enumerable.Range(0, Count).Select(number => TestEvents.Make(number, $"tests.T{append}"))];
            if (append < 3)
            {
                await store.Log.AppendAsync(events);
                return;
            }

            await using EventTransaction transaction = await store.BeginAsync();
            await store.Log.AppendAsync(events, transaction.Transaction);
            await transaction.CommitAsync();
        }));
        await Until.TrueAsync(() => _here.Log.GetLatestOffsetAsync().Result == 6 * Count);
        List<LoggedEvent> all = await TestEvents.ReadAllAsync(_here.Log);
        foreach (LoggedEvent[] append in all.Chunk(Count))
        {
            Assert.That(append.Select(logged => logged.Event.Type), Is.All.EqualTo(append[0].Event.Type));
            Assert.That(append.Select(TestEvents.NumberOf), Is.EqualTo(Enumerable.Range(0, Count)));
        }
    }

    [Test]
    public async Task Append_is_placed_whole_also_if_there_are_many_events_to_place()
    {
        await using (EventTransaction earlier = await _here.BeginAsync())
        {
            await _here.Log.AppendAsync(TestEvents.Make(), earlier.Transaction);
            await using (Npgsql.NpgsqlConnection holder = new(PostgresAddress.Parse(_address).ConnectionString))
            {
                // While somebody else has the lock, appends leave their events without positions.
                await holder.OpenAsync();
                await using Npgsql.NpgsqlTransaction held = await holder.BeginTransactionAsync();
                await using Npgsql.NpgsqlCommand command = new($"SELECT pg_advisory_xact_lock({Outbox.Key})", holder, held);
                await command.ExecuteNonQueryAsync();
                await _here.Log.AppendAsync([.. Enumerable.Range(0, 4000).Select(number => TestEvents.Make(number, "tests.First"))]);
                await _here.Log.AppendAsync([.. Enumerable.Range(0, 4000).Select(number => TestEvents.Make(number, "tests.Second"))]);
                Assert.That(await _there.Log.GetLatestOffsetAsync(), Is.EqualTo(-1));
                await held.CommitAsync();
            }

            await using var database = new PostgresDatabase(_address);
            await new Outbox(database).PlaceAsync(CancellationToken.None);
            await earlier.CommitAsync();
        }

        await Until.TrueAsync(() => _there.Log.GetLatestOffsetAsync().Result == 8001);
        List<LoggedEvent> all = await TestEvents.ReadAllAsync(_there.Log);
        foreach (IGrouping<string, LoggedEvent> append in all.GroupBy(logged => logged.Event.Type, StringComparer.Ordinal))
        {
            long[] positions = [.. append.Select(logged => logged.Offset)];
            Assert.That(positions, Is.EqualTo(Enumerable.Range((int)positions[0], positions.Length)), append.Key);
        }
    }

    [Test]
    public async Task Repeated_events_among_new_ones_leave_no_gap()
    {
        List<EventEnvelope> known = [];
        int seed = TestContext.CurrentContext.Random.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < 50; round++)
        {
            List<EventEnvelope> events = [.. TestEvents.Make(Enumerable.Range(0, random.Next(3)))];
            known.AddRange(events);
            events.AddRange(Enumerable.Range(0, known.Count == 0 ? 0 : random.Next(4)).Select(_ => known[random.Next(known.Count)]));
            StationDatabase store = random.Next(2) == 0 ? _here : _there;
            if (random.Next(2) == 0)
            {
                await store.Log.AppendAsync(events);
                continue;
            }

            await using EventTransaction transaction = await store.BeginAsync();
            await store.Log.AppendAsync(events, transaction.Transaction);
            await transaction.CommitAsync();
        }

        await Until.TrueAsync(() => _here.Log.GetLatestOffsetAsync().Result >= known.Count);
        List<LoggedEvent> all = await TestEvents.ReadAllAsync(_there.Log);
        Assert.That(all.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, known.Count)));
        Assert.That(all.Select(logged => logged.Event.Id), Is.EqualTo(known.Select(one => one.Id)));
    }

    [Test]
    public async Task Append_of_an_event_that_an_open_transaction_has_written_fails_soon_and_can_be_repeated()
    {
        EventEnvelope same = TestEvents.Make(1);
        EventEnvelope other = TestEvents.Make(2);
        await using (EventTransaction transaction = await _here.BeginAsync())
        {
            await _here.Log.AppendAsync(same, transaction.Transaction);
            Assert.That(() => _here.Log.AppendAsync(same), Throws.TypeOf<EventException>().With.Property(nameof(EventException.IsTransient)).True);
            await _here.Log.AppendAsync(other);
            await transaction.CommitAsync();
        }

        await _here.Log.AppendAsync(same);
        await Until.TrueAsync(() => _here.Log.GetLatestOffsetAsync().Result >= 2);
        Assert.That((await TestEvents.ReadAllAsync(_here.Log)).Select(logged => logged.Event.Id), Is.EqualTo(new[] { other.Id, same.Id }));
    }

    [Test]
    public async Task Event_of_a_process_that_died_after_its_commit_is_placed_by_others()
    {
        EventEnvelope left = TestEvents.Make(1);
        await PostgresServer.ExecuteAsync(_address, $"INSERT INTO outbox (event_id, type, payload, created_at) VALUES ('{left.Id}', '{left.Type}', '{System.Text.Encoding.UTF8.GetString(left.ToJson())}', now())");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _there.Log.WaitForAsync(0, limit.Token);
        Assert.That((await _there.Log.ReadFromAsync(-1)).Single(), Is.EqualTo(new LoggedEvent(1, left)));
    }

    [Test]
    public async Task Wait_after_a_purge_does_not_end_before_there_is_an_event()
    {
        await _here.Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 10)));
        await _here.Log.WaitForAsync(0, CancellationToken.None);
        await PostgresServer.ExecuteAsync(_address, "DELETE FROM outbox");
        Task wait = _here.Log.WaitForAsync(5, CancellationToken.None);
        await Task.Delay(1500);
        Assert.That(wait.IsCompleted, Is.False);
        Assert.That(await _here.Log.GetLatestOffsetAsync(), Is.EqualTo(10));
        await _there.Log.AppendAsync(TestEvents.Make(11));
        await wait;
        Assert.That((await _here.Log.ReadFromAsync(5)).Single().Offset, Is.EqualTo(11));
    }

    private static void Mark(ConcurrentDictionary<Guid, bool> set, EventEnvelope[] events) => Array.ForEach(events, one => set[one.Id] = true);
}
