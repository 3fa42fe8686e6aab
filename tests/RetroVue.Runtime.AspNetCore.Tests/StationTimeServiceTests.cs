using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using RetroVue.Runtime.Time;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>An app's other libraries can run on station time.</summary>
public sealed class StationTimeServiceTests
{
    [Test]
    public async Task TimeProvider_of_the_services_tells_station_time()
    {
        // The station's year differs from the machine's year.
        var clock = new MasterClock(SystemClock.Instance, Instant.FromUtc(2031, 5, 6, 7, 8));
        await using TestStation station = await TestStation.StartAsync(clock, TestStation.Empty("none", "None"));
        Instant before = clock.UtcNow;
        Instant told = Instant.FromDateTimeOffset(station.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        // The clock has whole milliseconds.
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
