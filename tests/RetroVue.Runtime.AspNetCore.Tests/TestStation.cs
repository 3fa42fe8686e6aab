using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>A station behind a real server on a free port of this machine.</summary>
internal sealed class TestStation : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestStation(WebApplication app, MasterClock clock)
    {
        _app = app;
        Clock = clock;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    /// <summary>Metadata that every endpoint of the station has been given.</summary>
    public static object Marker { get; } = new();

    public HttpClient Http { get; }

    public MasterClock Clock { get; }

    public IServiceProvider Services => _app.Services;

    public Station Station => _app.Services.GetRequiredService<Station>();

    /// <summary>The endpoints of the server.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints => [.. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public static Task<TestStation> StartAsync(params ChannelSchedule[] channels) => StartAsync(MasterClock.FromSystem(), channels);

    public static Task<TestStation> StartAsync(MasterClock clock, params ChannelSchedule[] channels) => StartAsync(clock, _ => { }, channels);

    public static Task<TestStation> StartAsync(MasterClock clock, Action<RetroVueOptions> configure, params ChannelSchedule[] channels) =>
        StartAsync(clock, configure, (_, _) => { }, channels);

    /// <param name="clock">Station time.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="register">Adds services: once before the station's own (its argument is true), and once after them (false).</param>
    /// <param name="channels">The channels.</param>
    public static async Task<TestStation> StartAsync(
        MasterClock clock,
        Action<RetroVueOptions> configure,
        Action<IServiceCollection, bool> register,
        params ChannelSchedule[] channels)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(clock);
        register(builder.Services, true);
        builder.Services.AddRetroVue(options =>
        {
            options.Channels = channels;
            options.Channel = new ChannelOptions { Linger = ClockTime.Zero };
            configure(options);
        });
        register(builder.Services, false);
        WebApplication app = builder.Build();
        app.MapRetroVue().WithMetadata(Marker);
        await app.StartAsync();
        await app.Services.GetRequiredService<Station>().WaitForFilesAsync();
        return new TestStation(app, clock);
    }

    /// <summary>Makes a channel that repeats one file for ever.</summary>
    public static ChannelSchedule Channel(string shortName, string name, string file) => Channel(shortName, name, ChannelProfile.Copy, file);

    /// <summary>Makes a channel that repeats files for ever, one after the other.</summary>
    public static ChannelSchedule Channel(string shortName, string name, ChannelProfile profile, params string[] files) => new(
        new Channel(
            ChannelId.FromShortName(shortName),
            shortName,
            name,
            DateTimeZone.Utc,
            profile),
        new Programme(
            Instant.FromUtc(2026, 1, 1, 0, 0),
            null,
            true,
            [.. files.Select(file => new ScheduleItem(EntryKind.Programme, file, $"{name}: the programme", Duration.Zero, null))],
            []));

    /// <summary>Makes a channel whose file does not exist, for tests that do not need its stream.</summary>
    public static ChannelSchedule Empty(string shortName, string name)
    {
        ChannelSchedule channel = Channel(shortName, name, $"/nonexistent/{shortName}.mp4");
        return channel with { Programme = channel.Programme with { Items = [channel.Programme.Items[0] with { Duration = Duration.FromSeconds(30) }] } };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
