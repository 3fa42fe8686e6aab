using Dapper;
using NodaTime;
using NodaTime.Testing;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>What every database deletes after its time, and what it must never delete.</summary>
public abstract class PurgeContract
{
    private readonly FakeClock _clock = new(TestEvents.Time);
    private StationDatabase _database = null!;

    [SetUp]
    public async Task OpenAsync() => _database = await TestDatabase.OpenAsync(await NewAddressAsync(), _clock);

    [TearDown]
    public async Task CloseAsync() => await _database.DisposeAsync();

    /// <summary>Returns the address of a new database.</summary>
    protected abstract Task<string> NewAddressAsync();

    [Test]
    public async Task Purge_deletes_old_events_that_every_consumer_has_finished_and_nobody_has_put_aside()
    {
        // One event an hour, the last one now.
        const int Count = 2400;
        await _database.Log.AppendAsync([.. Enumerable.Range(1, Count).Select(i => TestEvents.Make(i) with { Time = TestEvents.Time - Duration.FromHours(Count - i) })]);
        await _database.Offsets.SetAsync("quick", Count);
        await _database.Offsets.SetAsync("slow", 1500);
        await _database.Parked.ParkAsync(new ParkedEvent("quick", 7, Guid.NewGuid(), null, "failed", TestEvents.Time, IsReleased: false));

        Assert.That(await _database.PurgeAsync(TestEvents.Time - Duration.FromHours(1400)), Is.EqualTo(998), "those of 1 to 999, but the parked one");
        Assert.That((await TestEvents.ReadAllAsync(_database.Log)).Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1000, 1401).Prepend(7)));
        Assert.That(await _database.PurgeAsync(TestEvents.Time + Duration.FromHours(1)), Is.EqualTo(501), "the slow consumer has not finished the rest");
        await _database.Offsets.SetAsync("slow", Count);
        await _database.Parked.DropAsync("quick", 7);
        Assert.That(await _database.PurgeAsync(TestEvents.Time + Duration.FromHours(1)), Is.EqualTo(901));
        Assert.That(await _database.Log.ReadFromAsync(-1), Is.Empty);
        Assert.That(await _database.Log.GetLatestOffsetAsync(), Is.EqualTo(Count), "offsets go on where they were");

        Task wait = _database.Log.WaitForAsync(-1, CancellationToken.None);
        await Task.Delay(50);
        Assert.That(wait.IsCompleted, Is.False, "there is no event to wake up for");
        await _database.Log.AppendAsync(TestEvents.Make());
        await wait;
        Assert.That((await _database.Log.ReadFromAsync(-1)).Single().Offset, Is.EqualTo(Count + 1));
    }

    [Test]
    public async Task Consumer_that_has_begun_and_finished_nothing_keeps_all_events()
    {
        await _database.Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 10)));
        await using (EventTransaction transaction = await _database.BeginAsync())
        {
            Assert.That(await _database.Offsets.GetAsync("new", transaction.Transaction), Is.EqualTo(-1));
            await transaction.CommitAsync();
        }

        Assert.That(await _database.PurgeAsync(TestEvents.Time + Duration.FromDays(1)), Is.Zero);
        Assert.That(await _database.Log.ReadFromAsync(-1), Has.Count.EqualTo(10));
    }

    [Test]
    public async Task Purge_goes_on_while_writers_write_and_can_be_cancelled()
    {
        await _database.Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 5000)));
        Task<long> purge = Task.Run(() => _database.PurgeAsync(TestEvents.Time + Duration.FromSeconds(1)));
        for (int i = 0; i < 50; i++)
        {
            await _database.Log.AppendAsync(TestEvents.Make(i) with { Time = TestEvents.Time + Duration.FromDays(1) });
        }

        Assert.That(await purge, Is.EqualTo(5000));
        Assert.That((await TestEvents.ReadAllAsync(_database.Log)).Select(TestEvents.NumberOf), Is.EqualTo(Enumerable.Range(0, 50)));
        Assert.That(() => _database.PurgeAsync(Instant.MaxValue, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Rows_of_the_station_are_kept_for_their_periods()
    {
        Instant now = TestEvents.Time;
        await _database.Database.WriteAsync("The rows were not written", null, async transaction =>
        {
            Guid channel = Guid.NewGuid();
            foreach (int days in new[] { 10, 100, 1000 })
            {
                Instant at = now - Duration.FromDays(days);
                object row = new { Id = new StoredId(Guid.NewGuid()), Channel = new StoredId(channel), At = new StoredTime(at), Generation = 1000 - days, Json = new StoredJson("{}"), No = false, Yes = true };
                await transaction.Connection!.ExecuteAsync("INSERT INTO viewer_sessions VALUES (@Id, @Channel, 'hls', @At, @At, @At)", row, transaction);
                await transaction.Connection!.ExecuteAsync("INSERT INTO schedule_generations VALUES (@Channel, @Generation, @At, @Json)", row, transaction);
                await transaction.Connection!.ExecuteAsync("INSERT INTO schedule_entries VALUES (@Id, @Channel, @Generation, @At, @At, 'item', 'News', NULL)", row, transaction);
                await transaction.Connection!.ExecuteAsync(
                    """
                    INSERT INTO as_run (airing_id, run_id, channel_id, kind, title, start_at, end_at, status, is_open, updated_at)
                    VALUES (@Id, @Id, @Channel, 'item', 'News', @At, @At, 'AIRED', @No, @At)
                    """,
                    row,
                    transaction);
            }

            // What is still going on has no end.
            object open = new { Id = new StoredId(Guid.NewGuid()), At = new StoredTime(now - Duration.FromDays(2000)), Yes = true };
            await transaction.Connection!.ExecuteAsync("INSERT INTO viewer_sessions VALUES (@Id, @Id, 'hls', @At, @At, NULL)", open, transaction);
            return await transaction.Connection!.ExecuteAsync(
                """
                INSERT INTO as_run (airing_id, run_id, channel_id, kind, title, start_at, end_at, status, is_open, updated_at)
                VALUES (@Id, @Id, @Id, 'item', 'News', @At, @At, 'AIRED', @Yes, @At)
                """,
                open,
                transaction);
        }, CancellationToken.None);
        await _database.Log.AppendAsync(TestEvents.Make() with { Time = now - Duration.FromDays(91) });

        Assert.That(await _database.PurgeAsync(new RetentionPeriods()), Is.EqualTo(new PurgeResult(Events: 1, Airings: 0, ViewerSessions: 2, ScheduleEntries: 2)));
        Assert.That(await CountAsync("schedule_generations"), Is.EqualTo(1));
        Assert.That(
            await _database.PurgeAsync(new RetentionPeriods { Events = null, AsRun = Duration.FromDays(500), ViewerSessions = null, Schedules = Duration.FromDays(1) }),
            Is.EqualTo(new PurgeResult(0, 1, 0, 1)));
        Assert.That(await CountAsync("as_run"), Is.EqualTo(3));
        Assert.That(await CountAsync("viewer_sessions"), Is.EqualTo(2));
        Assert.That(await CountAsync("schedule_generations"), Is.EqualTo(1), "the newest generation of a channel stays, also without entries");
    }

    private Task<long> CountAsync(string table) => _database.Database.ReadAsync(
        "The rows were not counted", null, connection => connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table}"), CancellationToken.None);
}
