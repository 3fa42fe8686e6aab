using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Testing;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;
using RetroVue.Runtime.Storage.Hosting;
using RetroVue.Runtime.Storage.Tables;
using RetroVue.Runtime.Storage.Tests.Postgres;

namespace RetroVue.Runtime.Storage.Tests.Hosting;

/// <summary>The database beside an app, from the app's start to its end.</summary>
public sealed class StorageHostTests
{
    private static readonly Instant s_now = Instant.FromUtc(2026, 6, 1, 0, 0);

    [Test]
    public async Task App_starts_while_its_database_is_away_and_loses_no_event()
    {
        using var folder = new TestFolder();
        await using var server = new PostgresServer(isDurable: false);
        string address = await server.CreateDatabaseAsync();
        server.Stop();
        await using ServiceProvider services = Services(address, folder);
        IHostedLifecycleService host = Host(services);
        await host.StartingAsync(CancellationToken.None);
        IEventLog log = services.GetRequiredService<IEventLog>();
        EventEnvelope[] events = TestEvents.Make(Enumerable.Range(0, 5));
        foreach (EventEnvelope one in events)
        {
            await log.AppendAsync(one);
        }

        Assert.That(((SpooledEventLog)log).SpooledEvents, Is.EqualTo(5));
        Assert.That(() => services.GetRequiredService<IMediaCatalogue>().FindAsync(["/a"]), Throws.InstanceOf<EventException>().With.Property("IsTransient").True);
        server.Start();
        await log.WaitForAsync(4, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.That((await log.ReadFromAsync(-1)).Select(logged => logged.Event), Is.EqualTo(events));
        Assert.That(await services.GetRequiredService<IMediaCatalogue>().FindAsync(["/a"]), Is.Empty);
        await host.StoppedAsync(CancellationToken.None);
    }

    [Test]
    public async Task App_does_not_start_with_a_database_that_cannot_be_used()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.Database, "This is no database, but a text that somebody has written.");
        await using ServiceProvider services = Services(folder.Database, folder);
        Assert.That(() => Host(services).StartingAsync(CancellationToken.None), Throws.InstanceOf<EventException>().With.Message.Contains(folder.Database));
    }

    [Test]
    public async Task Start_makes_the_tables_and_deletes_what_is_old()
    {
        using var folder = new TestFolder();
        EventEnvelope old = TestEvents.Make(1) with { Time = s_now - Duration.FromDays(91) };
        EventEnvelope young = TestEvents.Make(2) with { Time = s_now - Duration.FromDays(89) };
        await using (StationDatabase before = await TestDatabase.OpenAsync(folder.Database))
        {
            await before.Log.AppendAsync([old, young]);
        }

        await using ServiceProvider services = Services(folder.Database, folder);
        IHostedLifecycleService host = Host(services);
        await host.StartingAsync(CancellationToken.None);
        IEventStore store = services.GetRequiredService<IEventStore>();
        // The old one goes once the tables' consumer has passed it: the purge may be first, so this takes the next start.
        await Until.TrueAsync(() => store.Offsets.GetAsync(StationTables.ConsumerId).Result == 2);
        await host.StoppedAsync(CancellationToken.None);
        await using ServiceProvider next = Services(folder.Database, folder, "other-spool");
        IHostedLifecycleService again = Host(next);
        await again.StartingAsync(CancellationToken.None);
        await Until.TrueAsync(() => store.Log.ReadFromAsync(-1).Result.Count == 1);
        Assert.That((await store.Log.ReadFromAsync(-1))[0].Event, Is.EqualTo(young));
        await again.StoppedAsync(CancellationToken.None);
    }

    [Test]
    public async Task Second_app_of_a_spool_goes_on_without_one()
    {
        using var folder = new TestFolder();
        await using ServiceProvider first = Services(folder.Database, folder);
        await using ServiceProvider second = Services(folder.Database, folder);
        Assert.That(first.GetRequiredService<IEventLog>(), Is.InstanceOf<SpooledEventLog>());
        Assert.That(second.GetRequiredService<IEventLog>(), Is.Not.InstanceOf<SpooledEventLog>());
        await second.GetRequiredService<IEventLog>().AppendAsync(TestEvents.Make());
        Assert.That(await first.GetRequiredService<IEventLog>().GetLatestOffsetAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Database_is_never_called_away_at_the_moment_at_which_it_opens()
    {
        using var folder = new TestFolder();
        for (int i = 0; i < 200; i++)
        {
            await using var opening = new DatabaseOpening(new StationDatabaseOptions { Connection = folder.Database }, new FakeClock(s_now), NullLoggerFactory.Instance);
            // The moment is short: only who looks all the time can see it.
            while (!opening.Tried.IsCompleted)
            {
                Thread.SpinWait(1);
            }

            Assert.That(opening.Database.IsCompleted, $"opening {i}");
        }
    }

    private static ServiceProvider Services(string connection, TestFolder folder, string spool = "spool") => new ServiceCollection()
        .AddSingleton<IClock>(new FakeClock(s_now))
        .AddRetroVueStorage(connection, options => options.SpoolFolder = folder.File(spool))
        .BuildServiceProvider();

    private static IHostedLifecycleService Host(IServiceProvider services) => services.GetServices<IHostedService>().OfType<IHostedLifecycleService>().Single();
}
