using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>An app's own services use the station before its start, while it runs, and after its end.</summary>
public sealed class StationServiceTests
{
    private static readonly string[] s_started = ["starting True", "start True", "started True"];
    private static readonly string[] s_stopped = ["stopping 1", "stop 1", "stopped 1"];

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Services_of_the_app_s_use_the_station_at_each_stage_whenever_they_are_added([Values] bool isAddedFirst)
    {
        var log = new List<string>();
        await using WebApplication app = Build(TestMedia.Clip("service"), services => services.AddSingleton(log).AddHostedService<StationUser>(), isAddedFirst);
        await app.StartAsync();
        Assert.That(log, Is.EqualTo(s_started));
        log.Clear();
        await app.StopAsync();
        // The station is the last service to stop. A service of that stage that was added after the station may be called before or after
        // it.
        Assert.That(log.Take(2), Is.EqualTo(s_stopped.Take(2)));
        Assert.That(log[2], Is.EqualTo("stopped 1").Or.EqualTo("stopped refused"));
    }

    [Test]
    public async Task Station_before_the_start_says_how_to_wait_and_waits()
    {
        await using WebApplication app = Build("/nonexistent.mp4");
        Station station = app.Services.GetRequiredService<Station>();
        Assert.That(station.IsStarted, Is.False);
        foreach (Action use in new Action[] { () => _ = station.Channels, () => _ = station.Schedules, () => station.Find("clip") })
        {
            Assert.That(use, Throws.InvalidOperationException.With.Message.Contains("Await Station.StartAsync"));
        }

        Assert.That(station.Clock.UtcNow, Is.GreaterThan(default(NodaTime.Instant)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => station.StartAsync())));
        Assert.That(station.Find("clip"), Is.Not.Null);
        await app.StartAsync();
        Assert.That(app.Services.GetRequiredService<Station>(), Is.SameAs(station));
        await app.StopAsync();
    }

    [Test]
    public async Task Scoped_service_and_handler_have_the_station()
    {
        await using WebApplication app = Build("/nonexistent.mp4", services => services.AddScoped<Scoped>());
        app.MapGet("/mine", (Scoped scoped, Station station) => $"{scoped.Count} {station.Schedules.Channels[0].Name}");
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Assert.That(await http.GetStringAsync("/mine"), Is.EqualTo("1 Clip"));
        await app.StopAsync();
    }

    [Test]
    public async Task Start_that_fails_says_so_to_all_who_wait_and_the_host()
    {
        WebApplicationBuilder builder = Builder();
        builder.Services.AddRetroVue(options => options.ScheduleFile = "/nonexistent/schedule.json");
        await using WebApplication app = builder.Build();
        Station station = app.Services.GetRequiredService<Station>();
        Assert.That(async () => await app.StartAsync(), Throws.InstanceOf<ScheduleException>().With.Message.Contains("/nonexistent/schedule.json"));
        Assert.That(async () => await station.StartAsync(), Throws.InstanceOf<ScheduleException>());
        Assert.That(() => station.Channels, Throws.InvalidOperationException.With.InnerException.InstanceOf<ScheduleException>());
    }

    [Test]
    public async Task Station_after_its_end_refuses_viewers_and_keeps_what_it_was()
    {
        WebApplication app = Build(TestMedia.Clip("ended"));
        await app.StartAsync();
        Station station = app.Services.GetRequiredService<Station>();
        ChannelManager channel = station.Find("clip")!;
        ViewerSession session = await channel.JoinAsync(new JoinRequest("test"));
        await app.StopAsync();
        await app.DisposeAsync();
        Assert.That(async () => await channel.JoinAsync(new JoinRequest("late")), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await station.StartAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(station.Channels, Has.Length.EqualTo(1));
        await session.DisposeAsync();
        await station.DisposeAsync();
    }

    [Test]
    public async Task App_that_never_starts_ends_its_station()
    {
        WebApplication app = Build("/nonexistent.mp4");
        Station station = app.Services.GetRequiredService<Station>();
        await app.DisposeAsync();
        Assert.That(async () => await station.StartAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => station.Channels, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Shutdown_waits_once_for_what_does_not_end_as_long_as_the_host_says()
    {
        var stuck = new StuckProducers();
        WebApplication app = Build(
            TestMedia.Clip("stuck"),
            services => services.AddSingleton<IProducerFactory>(stuck).Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2)));
        await app.StartAsync();
        await app.Services.GetRequiredService<Station>().Find("clip")!.JoinAsync(new JoinRequest("test"));
        ClockTime begun = SystemClock.Instance.Now;
        await app.StopAsync();
        await app.DisposeAsync();
        // The shutdown waits once for the limit of two seconds. If it waited twice, it would take four seconds; without a limit at the
        // disposal of the services, it would never end.
        Assert.That(SystemClock.Instance.Now - begun, Is.InRange(ClockTime.FromMilliseconds(1900), ClockTime.FromMilliseconds(3500)));
        stuck.LetGo();
        await Until.TrueAsync(() => MediaBuffer.LiveCount == 0, "The stuck producer has not ended.");
    }

    private static WebApplication Build(string file, Action<IServiceCollection>? register = null, bool isFirst = false)
    {
        WebApplicationBuilder builder = Builder();
        if (isFirst)
        {
            register?.Invoke(builder.Services);
        }

        builder.Services.AddRetroVue(options =>
        {
            ChannelSchedule clip = TestStation.Empty("clip", "Clip");
            options.Channels = [clip with { Programme = clip.Programme with { Items = [clip.Programme.Items[0] with { File = file }] } }];
            options.Channel.Linger = ClockTime.Zero;
        });
        if (!isFirst)
        {
            register?.Invoke(builder.Services);
        }

        WebApplication app = builder.Build();
        app.MapRetroVue();
        return app;
    }

    private static WebApplicationBuilder Builder()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }

    private sealed class Scoped(Station station)
    {
        public int Count => station.Channels.Length;
    }

    /// <summary>A service that joins a channel at each stage of the host's life.</summary>
    private sealed class StationUser(Station station, List<string> log) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => StartAsync("starting", cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => StartAsync("start", cancellationToken);

        public Task StartedAsync(CancellationToken cancellationToken) => StartAsync("started", cancellationToken);

        public Task StoppingAsync(CancellationToken cancellationToken) => JoinAsync("stopping");

        public Task StopAsync(CancellationToken cancellationToken) => JoinAsync("stop");

        public Task StoppedAsync(CancellationToken cancellationToken) => JoinAsync("stopped");

        private async Task StartAsync(string stage, CancellationToken cancellationToken)
        {
            await station.StartAsync(cancellationToken);
            await using ViewerSession session = await station.Find("clip")!.JoinAsync(new JoinRequest(stage), cancellationToken);
            log.Add($"{stage} {station.IsStarted}");
        }

        private async Task JoinAsync(string stage)
        {
            try
            {
                await using ViewerSession session = await station.Find("clip")!.JoinAsync(new JoinRequest(stage));
                log.Add($"{stage} {station.Channels[0].ViewerCount}");
            }
            catch (OperationCanceledException)
            {
                log.Add($"{stage} refused");
            }
        }
    }
}
