using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using RetroVue.Runtime.Time;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>Other libraries of the app's run on station time.</summary>
public sealed class StationTimeServiceTests
{
    [Test]
    public async Task TimeProvider_of_the_services_tells_station_time()
    {
        // A station in another year than the machine.
        var clock = new MasterClock(SystemClock.Instance, Instant.FromUtc(2031, 5, 6, 7, 8));
        await using TestStation station = await TestStation.StartAsync(clock, TestStation.Empty("none", "None"));
        Instant before = clock.UtcNow;
        Instant told = Instant.FromDateTimeOffset(station.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        // The clock tells whole milliseconds.
        var step = Duration.FromMilliseconds(1);
        Assert.That(told, Is.InRange(before - step, clock.UtcNow + step));
    }

    [Test]
    public async Task TimeProvider_that_the_app_has_registered_before_stays()
    {
        await using TestStation station = await TestStation.StartAsync(
            MasterClock.FromSystem(),
            _ => { },
            (services, isFirst) =>
            {
                if (isFirst)
                {
                    services.AddSingleton<TimeProvider>(new OwnTime());
                }
            },
            TestStation.Empty("none", "None"));
        Assert.That(station.Services.GetRequiredService<TimeProvider>(), Is.InstanceOf<OwnTime>());
    }

    private sealed class OwnTime : TimeProvider;
}
