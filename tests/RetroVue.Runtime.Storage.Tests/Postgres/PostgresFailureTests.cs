using System.Collections.Concurrent;
using System.Diagnostics;
using NodaTime;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>Servers that are killed and restarted, and networks that are slow, silent or cut: nothing is lost or doubled, and all go on.</summary>
public sealed class PostgresFailureTests
{
    private static readonly string[] s_all = ["*"];

    [TestCase(5)]
    [TestCase(50, Category = "Soak")]
    public async Task Server_that_is_killed_loses_and_doubles_no_acknowledged_event(int kills)
    {
        await using var server = new PostgresServer(isDurable: true);
        string address = await server.CreateDatabaseAsync();
        await using StationDatabase here = await OpenAsync(address);
        await using StationDatabase there = await OpenAsync(address);
        ConcurrentQueue<LoggedEvent>[] seen = [[], []];
        await using IAsyncDisposable first = await here.Log.SubscribeAsync(s_all, null, Note(seen[0]));
        await using IAsyncDisposable second = await there.Log.SubscribeAsync(s_all, null, Note(seen[1]));
        ConcurrentDictionary<Guid, bool> acknowledged = [];
        ConcurrentDictionary<Guid, bool> rolledBack = [];
        int seed = TestContext.CurrentContext.Random.Next();
        var random = new Random(seed);
        using var end = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 8).Select(writer => Task.Run(() => WriteAsync(writer % 2 == 0 ? here : there, new Random(seed + writer))))];
        List<double> away = [];
        for (int kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(100, 600));
            server.Kill();
            await Task.Delay(random.Next(200));
            await Task.Run(server.Start);
            int before = acknowledged.Count;
            var watch = Stopwatch.StartNew();
            await Until.TrueAsync(() => acknowledged.Count > before, "nobody writes again");
            away.Add(watch.Elapsed.TotalMilliseconds);
        }

        await end.CancelAsync();
        await Task.WhenAll(writers);
        LoggedEvent[] all = [.. await TestEvents.ReadAllAsync(here.Log)];
        var catchingUp = Stopwatch.StartNew();
        await Until.TrueAsync(() => Array.TrueForAll(seen, queue => queue.Count >= all.Length), "a subscriber lags");
        await TestContext.Out.WriteLineAsync(
            $"seed {seed}: {acknowledged.Count} acknowledged events, {kills} kills; writing goes on {away.Max():F0} ms after a start at the latest, subscribers need {catchingUp.ElapsedMilliseconds} ms to the end");
        Assert.That(all.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, all.Length)), "no gap");
        Assert.That(all.Select(logged => logged.Event.Id), Is.Unique);
        Assert.That(acknowledged.Keys.Except(all.Select(logged => logged.Event.Id)), Is.Empty, "acknowledged and lost");
        Assert.That(all.Where(logged => rolledBack.ContainsKey(logged.Event.Id)), Is.Empty);
        foreach (ConcurrentQueue<LoggedEvent> queue in seen)
        {
            Assert.That(queue.Take(all.Length), Is.EqualTo(all), "what was seen stays in the log, in its place");
        }

        async Task WriteAsync(StationDatabase store, Random own)
        {
            while (!end.IsCancellationRequested)
            {
                EventEnvelope[] events = TestEvents.Make(Enumerable.Range(0, own.Next(1, 5)));
                bool isInTransaction = own.Next(3) == 0;
                bool isRolledBack = isInTransaction && own.Next(4) == 0;
                if (isRolledBack)
                {
                    Mark(rolledBack, events);
                }

                // The one who got an error repeats it, until he knows that it is written.
                while (!await TryAsync(store, events, isInTransaction, isRolledBack))
                {
                    await Task.Delay(20);
                }

                if (!isRolledBack)
                {
                    Mark(acknowledged, events);
                }
            }
        }
    }

    [Test]
    public async Task Restarted_server_is_found_again()
    {
        await using var server = new PostgresServer(isDurable: false);
        await using StationDatabase store = await OpenAsync(await server.CreateDatabaseAsync());
        ConcurrentQueue<LoggedEvent> seen = [];
        await using IAsyncDisposable subscription = await store.Log.SubscribeAsync(s_all, null, Note(seen));
        await store.Log.AppendAsync(TestEvents.Make());
        await Until.TrueAsync(() => seen.Count == 1);
        server.Stop();
        Assert.That(() => store.Log.AppendAsync(TestEvents.Make()), Throws.TypeOf<EventException>().With.Property(nameof(EventException.IsTransient)).True);
        await Task.Run(server.Start);
        var watch = Stopwatch.StartNew();
        await AppendUntilWrittenAsync(store, TestEvents.Make());
        await Until.TrueAsync(() => seen.Count == 2);
        await TestContext.Out.WriteLineAsync($"caught up {watch.ElapsedMilliseconds} ms after the start of the server");
        Assert.That(seen.Select(logged => logged.Offset), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Connections_that_the_server_ends_are_opened_again()
    {
        string address = await SharedPostgres.Server.CreateDatabaseAsync();
        await using StationDatabase store = await OpenAsync(address);
        await using StationDatabase writer = await OpenAsync(address);
        ConcurrentQueue<LoggedEvent> seen = [];
        await using IAsyncDisposable subscription = await store.Log.SubscribeAsync(s_all, null, Note(seen));
        List<double> delays = [];
        for (int round = 1; round <= 10; round++)
        {
            await PostgresServer.ExecuteAsync(address, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            var watch = Stopwatch.StartNew();
            await AppendUntilWrittenAsync(writer, TestEvents.Make());
            await Until.TrueAsync(() => seen.Count >= round);
            delays.Add(watch.Elapsed.TotalMilliseconds);
        }

        await TestContext.Out.WriteLineAsync($"caught up {delays.Max():F0} ms after the cut at the latest");
        Assert.That(seen.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, 10)));
    }

    [Test]
    public async Task Subscriber_that_cannot_listen_polls()
    {
        string address = await SharedPostgres.Server.CreateDatabaseAsync();
        await using StationDatabase store = await OpenAsync(address);
        await using StationDatabase writer = await OpenAsync(address);
        ConcurrentQueue<LoggedEvent> seen = [];
        await using IAsyncDisposable subscription = await store.Log.SubscribeAsync(s_all, null, Note(seen));
        using var end = new CancellationTokenSource();
        Task breaking = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await PostgresServer.ExecuteAsync(address, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
            }
        });
        await Task.Delay(500);
        List<double> delays = [];
        for (int round = 1; round <= 20; round++)
        {
            await writer.Log.AppendAsync(TestEvents.Make());
            var watch = Stopwatch.StartNew();
            await Until.TrueAsync(() => seen.Count >= round);
            delays.Add(watch.Elapsed.TotalMilliseconds);
        }

        await end.CancelAsync();
        await breaking;
        await TestContext.Out.WriteLineAsync($"seen {delays.Max():F0} ms after the commit at the latest");
        Assert.That(seen.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, 20)));

        // It polls ten times a second, and the machine may be busy.
        Assert.That(delays.Max(), Is.LessThan(5000));
    }

    [Test]
    public async Task Slow_cut_and_silent_network_delays_events_but_loses_none()
    {
        string address = await SharedPostgres.Server.CreateDatabaseAsync();
        string name = address.Split('/', '?')[3];
        await using var network = new TcpProxy(SharedPostgres.Server.Socket);
        await using StationDatabase writer = await OpenAsync(address);
        await using StationDatabase store = await OpenAsync($"postgresql://station@127.0.0.1:{network.Port}/{name}?sslmode=disable&Command Timeout=2&connect_timeout=2&Cancellation Timeout=500");
        ConcurrentQueue<LoggedEvent> seen = [];
        await using IAsyncDisposable subscription = await store.Log.SubscribeAsync(s_all, null, Note(seen));
        int written = 0;
        network.Delay = TimeSpan.FromMilliseconds(100);
        await CatchUpAsync("100 ms of delay", () => { });
        network.Delay = TimeSpan.Zero;
        await CatchUpAsync("a cut", network.Cut);
        await CatchUpAsync("silence for 5 s", () =>
        {
            network.Silence();
            _ = Task.Delay(5000).ContinueWith(_ => network.Resume(), TaskScheduler.Default);
        });
        await CatchUpAsync("silence for 5 s that ends with a cut", () =>
        {
            network.Silence();
            _ = Task.Delay(5000).ContinueWith(
                _ =>
                {
                    network.Cut();
                    network.Resume();
                },
                TaskScheduler.Default);
        });
        Assert.That(seen.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, written)));

        async Task CatchUpAsync(string what, Action disturb)
        {
            disturb();
            var watch = Stopwatch.StartNew();
            for (int i = 0; i < 50; i++, written++)
            {
                await writer.Log.AppendAsync(TestEvents.Make());
            }

            await Until.TrueAsync(() => seen.Count >= written);
            await TestContext.Out.WriteLineAsync($"{what}: caught up after {watch.ElapsedMilliseconds} ms");
        }
    }

    private static Task<StationDatabase> OpenAsync(string address) => StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = address }, SystemClock.Instance);

    private static Func<LoggedEvent, CancellationToken, Task> Note(ConcurrentQueue<LoggedEvent> queue) => (logged, _) =>
    {
        queue.Enqueue(logged);
        return Task.CompletedTask;
    };

    private static async Task AppendUntilWrittenAsync(StationDatabase store, EventEnvelope envelope)
    {
        while (!await TryAsync(store, [envelope], isInTransaction: false, isRolledBack: false))
        {
            await Task.Delay(20);
        }
    }

    private static async Task<bool> TryAsync(StationDatabase store, EventEnvelope[] events, bool isInTransaction, bool isRolledBack)
    {
        try
        {
            if (!isInTransaction)
            {
                await store.Log.AppendAsync(events);
                return true;
            }

            await using EventTransaction transaction = await store.BeginAsync();
            await store.Log.AppendAsync(events, transaction.Transaction);
            if (!isRolledBack)
            {
                await transaction.CommitAsync();
            }

            return true;
        }
        catch (EventException exception)
        {
            Assert.That(exception.IsTransient, exception.ToString());
            return false;
        }
    }

    private static void Mark(ConcurrentDictionary<Guid, bool> set, EventEnvelope[] events) => Array.ForEach(events, one => set[one.Id] = true);
}
