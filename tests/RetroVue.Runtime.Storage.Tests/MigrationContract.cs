using Dapper;
using NodaTime.Testing;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Storage.Tables;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Tables of every database up, down and up again.</summary>
public abstract class MigrationContract
{
    private StationDatabaseOptions Options { get; set; } = null!;

    [SetUp]
    public async Task ChooseAsync() => Options = TestDatabase.Options(await NewAddressAsync());

    /// <summary>Returns the address of a new database.</summary>
    protected abstract Task<string> NewAddressAsync();

    [Test]
    public async Task Up_down_and_up_again_keeps_what_the_older_version_knows()
    {
        Assert.That(await DatabaseMigrations.MigrateAsync(Options), Is.EqualTo(2));
        Assert.That(await DatabaseMigrations.MigrateAsync(Options), Is.Zero);
        EventEnvelope[] events = TestEvents.Make(Enumerable.Range(0, 20));
        await using (StationDatabase database = await TestDatabase.OpenAsync(Options.Connection))
        {
            await database.Log.AppendAsync(events);
            await database.Offsets.SetAsync("one", 11);
            await database.Parked.ParkAsync(new ParkedEvent("one", 3, events[2].Id, null, "failed", TestEvents.Time, IsReleased: false));
        }

        Assert.That(await DatabaseMigrations.RollbackAsync(Options, 1), Is.EqualTo(1));
        Assert.That(await DatabaseMigrations.RollbackAsync(Options, 1), Is.Zero);
        Assert.That((await DatabaseMigrations.GetStatusAsync(Options)).Select(version => version.IsApplied), Is.EqualTo(new[] { true, false }));
        await using (StationDatabase database = await TestDatabase.OpenAsync(Options.Connection))
        {
            Assert.That((await TestEvents.ReadAllAsync(database.Log)).Select(logged => logged.Event), Is.EqualTo(events));
            Assert.That(await database.Offsets.GetAsync("one"), Is.EqualTo(11));
            Assert.That(await database.Parked.GetAsync("one"), Has.Count.EqualTo(1));
        }

        Assert.That((await DatabaseMigrations.GetStatusAsync(Options)).Select(version => version.IsApplied), Is.EqualTo(new[] { true, true }));
    }

    [Test]
    public async Task Tables_made_from_events_are_made_again_after_a_rollback()
    {
        await DatabaseMigrations.MigrateAsync(Options);
        await MakeAsync();
        await DatabaseMigrations.RollbackAsync(Options, 1);
        await DatabaseMigrations.MigrateAsync(Options);
        await MakeAsync();

        async Task MakeAsync()
        {
            await using StationDatabase database = await TestDatabase.OpenAsync(Options.Connection);
            ViewerJoined joined = new(Guid.NewGuid(), new Guid("0f0e0d0c-0b0a-4908-8706-050403020100"), "VLC");
            await database.Log.AppendAsync(EventEnvelope.Create(StationEvents.ViewerJoined, "tests", TestEvents.Time, joined, StationPayloads.ViewerJoined) with { Id = joined.Session });
            await using var tables = new StationTables(database, new FakeClock(TestEvents.Time));
            await Until.TrueAsync(() => database.Database.ReadAsync("", null, connection => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM viewer_sessions"), CancellationToken.None).Result == 1);
        }
    }

    [Test]
    public async Task Version_0_has_no_tables_and_the_database_can_begin_anew()
    {
        await DatabaseMigrations.MigrateAsync(Options);
        Assert.That(await DatabaseMigrations.RollbackAsync(Options, 0), Is.EqualTo(2));
        Assert.That((await DatabaseMigrations.GetStatusAsync(Options)).Select(version => version.IsApplied), Is.EqualTo(new[] { false, false }));
        await using StationDatabase database = await TestDatabase.OpenAsync(Options.Connection);
        await database.Log.AppendAsync(TestEvents.Make());
        Assert.That(await database.Log.GetLatestOffsetAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Older_tables_are_refused_if_the_caller_wants_no_migration()
    {
        StationDatabaseOptions options = Options with { Migrate = false };
        Assert.That(
            async () => await StationDatabase.OpenAsync(options, new FakeClock(TestEvents.Time)),
            Throws.InstanceOf<EventException>().With.Message.Contains("has tables of version 0, and this program needs 2").And.Message.Contains("station database migrate"));
        await DatabaseMigrations.MigrateAsync(options);
        await using StationDatabase database = await StationDatabase.OpenAsync(options, new FakeClock(TestEvents.Time));
        Assert.That(await database.Log.GetLatestOffsetAsync(), Is.EqualTo(-1));
    }

    [Test]
    public async Task Version_that_does_not_exist_is_refused()
    {
        await DatabaseMigrations.MigrateAsync(Options);
        Assert.That(() => DatabaseMigrations.RollbackAsync(Options, 7), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("There is no version 7; the versions are 0 to 2"));
        Assert.That(() => DatabaseMigrations.RollbackAsync(Options, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That((await DatabaseMigrations.GetStatusAsync(Options)).All(version => version.IsApplied), Is.True);
    }
}
