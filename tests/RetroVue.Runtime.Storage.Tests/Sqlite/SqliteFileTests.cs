using System.Data.Common;
using Microsoft.Data.Sqlite;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests.Sqlite;

/// <summary>Files and disks that are not as they should be: a clear error, and nothing lost.</summary>
public sealed class SqliteFileTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task File_that_is_no_database_of_a_station_is_refused_and_left_as_it_is()
    {
        string text = _folder.File("text.db");
        await File.WriteAllTextAsync(text, string.Concat(Enumerable.Repeat("This is a letter. ", 100)));
        await AssertRefusedAsync(text, "is no SQLite database", "Give another file");
        Assert.That(await File.ReadAllTextAsync(text), Does.StartWith("This is a letter."));

        string other = _folder.File("other.db");
        Execute(other, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
        await AssertRefusedAsync(other, "belongs to another program", "1 tables");
        Assert.That(Read(other, "SELECT name FROM recipes"), Is.EqualTo("soup"));
        Assert.That(Read(other, "PRAGMA journal_mode"), Is.EqualTo("delete"), "not even its journal was changed");

        await AssertRefusedAsync(_folder.Path, $"'{_folder.Path}'", "is a folder");
        await AssertRefusedAsync(_folder.File("none/station.db"), $"there is no folder '{_folder.File("none")}'");
        await AssertRefusedAsync("mysql://root:secret@host/name", "'mysql://…' is no database of a station");
        await AssertRefusedAsync(":memory:", "is no database of a station");
        Assert.That(() => TestDatabase.OpenAsync(" "), Throws.ArgumentException);
    }

    [Test]
    public async Task Database_of_a_newer_program_is_refused()
    {
        await using (await TestDatabase.OpenAsync(_folder.Database))
        {
        }

        Execute(_folder.Database, "INSERT INTO retrovue_versions (version, description) VALUES (99, 'what is to come')");
        await AssertRefusedAsync(_folder.Database, "has tables of version 99", "knows only those up to 2", "a newer program has used it");
        Assert.That(() => DatabaseMigrations.MigrateAsync(TestDatabase.Options(_folder.Database)), Throws.InstanceOf<EventException>());
        Assert.That(() => DatabaseMigrations.RollbackAsync(TestDatabase.Options(_folder.Database), 0), Throws.InstanceOf<EventException>());
        IReadOnlyList<MigrationStatus> status = await DatabaseMigrations.GetStatusAsync(TestDatabase.Options(_folder.Database));
        Assert.That(status[^1], Is.EqualTo(new MigrationStatus(99, "what is to come", IsApplied: true, IsKnown: false)));
    }

    [Test]
    public async Task Table_of_versions_that_a_dead_process_has_half_made_is_finished()
    {
        Execute(_folder.Database, "CREATE TABLE retrovue_versions (version INTEGER NOT NULL PRIMARY KEY)");
        Assert.That((await DatabaseMigrations.GetStatusAsync(TestDatabase.Options(_folder.Database))).Any(version => version.IsApplied), Is.False);
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await database.Log.AppendAsync(TestEvents.Make());
        Assert.That((await DatabaseMigrations.GetStatusAsync(TestDatabase.Options(_folder.Database))).All(version => version.IsApplied), Is.True);
    }

    [Test]
    public async Task Damaged_file_is_said_to_be_damaged()
    {
        await using (StationDatabase database = await TestDatabase.OpenAsync(_folder.Database))
        {
            await database.Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 1000)));
        }

        await using (var file = new FileStream(_folder.Database, FileMode.Open))
        {
            // All pages but those of the schema.
            file.Position = 40 * 4096;
            await file.WriteAsync(new byte[file.Length - file.Position]);
        }

        await using StationDatabase damaged = await TestDatabase.OpenAsync(_folder.Database);
        EventException? error = await Assert.ThrowsAsync<EventException>(async () => await TestEvents.ReadAllAsync(damaged.Log));
        Assert.That(error!.Message, Does.Contain("damaged").And.Contain("back-up").And.Contain(_folder.Database));
        Assert.That(error.IsTransient, Is.False);
    }

    [Test]
    public async Task Event_that_somebody_has_changed_is_named_and_those_before_it_are_read()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await database.Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 5)));
        Execute(_folder.Database, "UPDATE outbox SET payload = '{\"id\":' WHERE id = 3");
        Assert.That((await database.Log.ReadFromAsync(-1)).Select(logged => logged.Offset), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(() => database.Log.ReadFromAsync(2), Throws.InstanceOf<EventException>().With.Message.Contains("The event 3 in").And.Message.Contains("is no event any more"));
        Assert.That(await database.Log.ReadFromAsync(3), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Wait_and_subscription_outlast_failures_of_the_store()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await database.Log.AppendAsync(TestEvents.Make(0));
        List<int> seen = [];
        await using IAsyncDisposable subscription = await database.Log.SubscribeAsync(["*"], null, (logged, _) =>
        {
            seen.Add(TestEvents.NumberOf(logged));
            return Task.CompletedTask;
        });
        Task wait = database.Log.WaitForAsync(1, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Execute(_folder.Database, "ALTER TABLE outbox RENAME TO hidden");
        Assert.That(() => database.Log.ReadFromAsync(-1), Throws.InstanceOf<EventException>().With.Message.Contains("SQL logic error"));
        Assert.That(() => database.Log.AppendAsync(TestEvents.Make(9)), Throws.InstanceOf<EventException>());
        await Task.Delay(400);
        Assert.That(wait.IsCompleted, Is.False);
        Execute(_folder.Database, "ALTER TABLE hidden RENAME TO outbox");
        await database.Log.AppendAsync(TestEvents.Make(1));
        await wait;
        await Until.TrueAsync(() => seen.Count == 1);
        Assert.That(seen, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public async Task Arguments_that_mean_nothing_are_refused()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        Assert.That(() => database.Log.AppendAsync([TestEvents.Make(), null!]), Throws.ArgumentException.With.Message.Contains("The event with index 1 is null"));
        Assert.That(() => database.Log.AppendAsync((EventEnvelope)null!), Throws.ArgumentNullException);
        Assert.That(() => database.Log.AppendAsync(TestEvents.Make(), cancellationToken: new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => database.Offsets.SetAsync("one", -2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(await database.Log.GetLatestOffsetAsync(), Is.EqualTo(-1));
        await database.Parked.ParkAsync(new ParkedEvent("one", 1, Guid.NewGuid(), "half \uD83D", "nul \0 and \uDC00 😀", TestEvents.Time, IsReleased: false));
        ParkedEvent parked = (await database.Parked.GetAsync("one")).Single();
        Assert.That((parked.Key, parked.Error), Is.EqualTo(("half \uFFFD", "nul \uFFFD and \uFFFD 😀")), "an error's text must not keep an event from being put aside");
    }

    [Test]
    public async Task Locked_file_delays_appends_and_then_fails_them_as_something_that_passes()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await database.Log.AppendAsync(TestEvents.Make(0));
        using SqliteConnection other = Connect(_folder.Database);
        SqliteTransaction holding = other.BeginTransaction(deferred: false);
        Task<Guid> soon = Task.Run(() => database.Log.AppendAsync(TestEvents.Make(1)));
        await Task.Delay(200);
        Assert.That(await database.Log.ReadFromAsync(-1), Has.Count.EqualTo(1), "readers go on");
        await holding.DisposeAsync();
        await soon;

        await using SqliteTransaction forLong = other.BeginTransaction(deferred: false);
        EventException? error = await Assert.ThrowsAsync<EventException>(() => database.Log.AppendAsync(TestEvents.Make(2)));
        Assert.That(error!.IsTransient, Is.True);
        Assert.That(error.Message, Does.Contain("locked by another process").And.Contain(_folder.Database));
        Assert.That(() => database.BeginAsync(), Throws.InstanceOf<EventException>().With.Message.Contains("locked by another process"));
        await forLong.DisposeAsync();
        await database.Log.AppendAsync(TestEvents.Make(2));
        Assert.That((await TestEvents.ReadAllAsync(database.Log)).Select(TestEvents.NumberOf), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public async Task Transaction_that_this_process_keeps_open_fails_other_writers_as_something_that_passes()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await using (EventTransaction transaction = await database.BeginAsync())
        {
            await database.Log.AppendAsync(TestEvents.Make(0), transaction.Transaction);
            EventException? error = await Assert.ThrowsAsync<EventException>(() => database.Log.AppendAsync(TestEvents.Make(1)));
            Assert.That(error!.IsTransient, Is.True);
            Assert.That(error.Message, Does.Contain("a transaction of this process has been open").And.Contain("Nothing was written"));
            using var cancel = new CancellationTokenSource();
            Task<EventTransaction> second = database.BeginAsync(cancel.Token);
            await cancel.CancelAsync();
            Assert.That(() => second, Throws.InstanceOf<OperationCanceledException>());
            await transaction.CommitAsync();
        }

        await database.Log.AppendAsync(TestEvents.Make(1));
        Assert.That((await TestEvents.ReadAllAsync(database.Log)).Select(TestEvents.NumberOf), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public async Task Transaction_of_another_file_is_refused_and_a_plain_connection_of_this_file_is_welcome()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await using StationDatabase other = await TestDatabase.OpenAsync(_folder.File("other.db"));
        await using (EventTransaction foreign = await other.BeginAsync())
        {
            Assert.That(() => database.Log.AppendAsync(TestEvents.Make(), foreign.Transaction), Throws.ArgumentException.With.Message.Contains("belongs to the database"));
            Assert.That(() => database.Offsets.SetAsync("one", 1, foreign.Transaction), Throws.ArgumentException);
        }

        Task wait = database.Log.WaitForAsync(-1, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        File.CreateSymbolicLink(_folder.File("link.db"), _folder.Database);
        using SqliteConnection own = Connect(_folder.File("link.db"));
        await using (DbTransaction transaction = await own.BeginTransactionAsync())
        {
            await database.Log.AppendAsync(TestEvents.Make(7), transaction);
            await database.Offsets.SetAsync("one", 1, transaction);
            await transaction.CommitAsync();
        }

        await wait;
        Assert.That(TestEvents.NumberOf((await database.Log.ReadFromAsync(-1)).Single()), Is.EqualTo(7));
        Assert.That(await database.Offsets.GetAsync("one"), Is.EqualTo(1));
    }

    [Test]
    public async Task Disposal_leaves_one_file_and_ends_those_who_wait()
    {
        StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await database.Log.AppendAsync(TestEvents.Make());
        _ = await database.Log.ReadFromAsync(-1);
        Task wait = database.Log.WaitForAsync(1, CancellationToken.None);
        await database.DisposeAsync();
        await database.DisposeAsync();
        Assert.That(() => wait, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "station.db", "station.db.lock" }));
        Assert.That(() => database.Log.AppendAsync(TestEvents.Make()), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => database.Log.ReadFromAsync(-1), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => database.Log.WaitForAsync(-1, CancellationToken.None), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => database.BeginAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => database.Offsets.GetAsync("one"), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Clock_that_is_set_back_changes_no_order_and_loses_nothing()
    {
        var clock = new NodaTime.Testing.FakeClock(TestEvents.Time);
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database, clock);
        for (int i = 0; i < 10; i++)
        {
            await database.Log.AppendAsync(TestEvents.Make(i) with { Time = clock.GetCurrentInstant() });
            await database.Offsets.SetAsync("one", i + 1);
            clock.AdvanceHours(-1);
        }

        Assert.That((await TestEvents.ReadAllAsync(database.Log)).Select(TestEvents.NumberOf), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(await database.Offsets.GetAsync("one"), Is.EqualTo(10));
    }

    private static async Task AssertRefusedAsync(string connection, params string[] parts)
    {
        EventException? error = await Assert.ThrowsAsync<EventException>(async () => await TestDatabase.OpenAsync(connection));
        Assert.That(error!.IsTransient, Is.False);
        foreach (string part in parts)
        {
            Assert.That(error.Message, Does.Contain(part));
        }

        Assert.That(error.Message, Does.Not.Contain("secret"));
    }

    private static SqliteConnection Connect(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(string file, string sql)
    {
        using SqliteConnection connection = Connect(file);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Read(string file, string sql)
    {
        using SqliteConnection connection = Connect(file);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
