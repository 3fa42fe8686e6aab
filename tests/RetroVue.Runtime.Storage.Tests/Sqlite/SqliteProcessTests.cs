using System.Diagnostics;
using System.Globalization;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Sqlite;

namespace RetroVue.Runtime.Storage.Tests.Sqlite;

/// <summary>Several processes on one file, and processes that die.</summary>
public sealed class SqliteProcessTests
{
    [TestCase(20)]
    [TestCase(200, Category = "Soak")]
    public async Task Writer_that_is_killed_loses_and_doubles_no_acknowledged_event(int times)
    {
        using var folder = new TestFolder();
        int seed = TestContext.CurrentContext.Random.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        int acknowledged = 0;
        await using StationDatabase reader = await TestDatabase.OpenAsync(folder.Database);
        for (int i = 0; i < times; i++)
        {
            await using ChildProcess writer = ChildProcess.Start(
                "append", folder.Database, (acknowledged + 1).ToString(CultureInfo.InvariantCulture), random.Next().ToString(CultureInfo.InvariantCulture));
            acknowledged = int.Parse(writer.ReadLine(), CultureInfo.InvariantCulture);
            await Task.Delay(random.Next(150));
            IReadOnlyList<string> lines = await writer.KillAsync();
            acknowledged = lines.Count == 0 ? acknowledged : int.Parse(lines[^1], CultureInfo.InvariantCulture);

            long latest = await reader.Log.GetLatestOffsetAsync();
            Assert.That(latest, Is.InRange(acknowledged, acknowledged + 3), $"kill {i}: what was acknowledged, and at most what was being written");
            Assert.That(await reader.Offsets.GetAsync("writer"), Is.AtMost(latest), "an offset is written with its events, or not at all");
        }

        List<LoggedEvent> all = await TestEvents.ReadAllAsync(reader.Log);
        Assert.That(all.Select(TestEvents.NumberOf), Is.EqualTo(Enumerable.Range(1, all.Count)), "each event once, in order, over all processes");
        Assert.That(all.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, all.Count)));
        await TestContext.Out.WriteLineAsync($"{all.Count} events, {times} kills");
    }

    [Test]
    public async Task Event_of_another_process_wakes_who_waits()
    {
        using var folder = new TestFolder();
        await using StationDatabase reader = await TestDatabase.OpenAsync(folder.Database);
        await using ChildProcess writer = ChildProcess.Start("append-each-line", folder.Database);
        Assert.That(writer.ReadLine(), Is.EqualTo("ready"));
        List<double> delays = [];
        for (int i = 0; i < 20; i++)
        {
            Task wait = reader.Log.WaitForAsync(i, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
            await Task.Delay(5);
            Assert.That(wait.IsCompleted, Is.False);
            writer.WriteLine(i.ToString(CultureInfo.InvariantCulture));
            writer.ReadLine();
            var watch = Stopwatch.StartNew();
            await wait;
            delays.Add(watch.Elapsed.TotalMilliseconds);
        }

        delays.Sort();
        await TestContext.Out.WriteLineAsync($"woken {delays[10]:0.0} ms after the commit, the slowest {delays[^1]:0.0} ms");
        // It looks every 20 ms; a busy machine may be late.
        Assert.That(delays[10], Is.LessThan(200));
        await writer.EndAsync();
    }

    [Test]
    public async Task Processes_that_migrate_at_once_change_the_tables_once()
    {
        using var folder = new TestFolder();
        ChildProcess[] processes = [.. Enumerable.Range(0, 4).Select(_ => ChildProcess.Start("migrate", folder.Database))];
        try
        {
            Array.ForEach(processes, process => Assert.That(process.ReadLine(), Is.EqualTo("ready")));
            Array.ForEach(processes, process => process.WriteLine(string.Empty));
            int[] counts = [.. processes.Select(process => int.Parse(process.ReadLine(), CultureInfo.InvariantCulture)).Order()];
            Assert.That(counts, Is.EqualTo(new[] { 0, 0, 0, 2 }));
            foreach (ChildProcess process in processes)
            {
                await process.EndAsync();
            }
        }
        finally
        {
            foreach (ChildProcess process in processes)
            {
                await process.DisposeAsync();
            }
        }

        Assert.That((await DatabaseMigrations.GetStatusAsync(TestDatabase.Options(folder.Database))).All(version => version.IsApplied), Is.True);
    }

    [Test]
    public async Task New_file_that_many_open_at_once_is_made_once()
    {
        for (int i = 0; i < 5; i++)
        {
            using var folder = new TestFolder();
            StationDatabase[] databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TestDatabase.OpenAsync(folder.Database))));
            await Task.WhenAll(databases.Select((database, number) => database.Log.AppendAsync(TestEvents.Make(number))));
            Assert.That(await databases[0].Log.GetLatestOffsetAsync(), Is.EqualTo(8));
            foreach (StationDatabase database in databases)
            {
                await database.DisposeAsync();
            }
        }
    }

    [Test]
    public async Task Process_that_changes_the_tables_for_too_long_is_named()
    {
        using var folder = new TestFolder();
        await using var first = new SqliteDatabase(folder.Database);
        await using var second = new SqliteDatabase(folder.Database) { MigrationPatience = TimeSpan.FromMilliseconds(200) };
        await using (await first.LockMigrationsAsync(CancellationToken.None))
        {
            EventException? error = await Assert.ThrowsAsync<EventException>(() => second.LockMigrationsAsync(CancellationToken.None));
            Assert.That(error!.IsTransient, Is.True);
            Assert.That(error.Message, Does.Contain("Another process has been changing the tables").And.Contain(folder.Database + ".lock"));
            Assert.That(() => second.LockMigrationsAsync(new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        }

        await using IAsyncDisposable held = await second.LockMigrationsAsync(CancellationToken.None);
    }

    [Test]
    public async Task Process_that_is_killed_while_it_migrates_leaves_a_file_that_the_next_one_finishes()
    {
        int seed = TestContext.CurrentContext.Random.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        for (int i = 0; i < 6; i++)
        {
            using var folder = new TestFolder();
            await using ChildProcess process = ChildProcess.Start("migrate", folder.Database);
            process.ReadLine();
            process.WriteLine(string.Empty);
            await Task.Delay(random.Next(400));
            await process.KillAsync();
            await using StationDatabase database = await TestDatabase.OpenAsync(folder.Database);
            await database.Log.AppendAsync(TestEvents.Make());
            Assert.That(await database.Log.GetLatestOffsetAsync(), Is.EqualTo(1));
        }
    }
}
