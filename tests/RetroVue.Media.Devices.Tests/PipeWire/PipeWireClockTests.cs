using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

public sealed class PipeWireClockTests
{
    private static readonly Rational s_tick = new(1, 48_000);
    private static readonly ClockTime s_start = ClockTime.FromSeconds(1000);

    [Test]
    public void Clock_runs_at_the_devices_rate_and_never_back()
    {
        // The device is 100 ppm fast, so 1024 samples take 21.331 ms of system time. Cycles wake up to 1 ms late.
        var system = new ControllableClock(s_start);
        var clock = new PipeWireClock("pipewire:test", system);
        var random = new Random(1);
        ClockTime last = ClockTime.Zero, first = ClockTime.None, firstSystem = ClockTime.None;
        for (int cycle = 0; cycle < 47 * 60; cycle++)
        {
            ClockTime due = s_start + ClockTime.FromNanoseconds((long)(cycle * (1024 / 48_000.0 / 1.0001) * 1e9));
            system.AdvanceTo(due + ClockTime.FromNanoseconds((long)(random.NextDouble() * 1_000_000)));
            clock.Add(cycle * 1024L, s_tick, system.Now);
            ClockTime now = clock.Now;
            Assert.That(now, Is.GreaterThanOrEqualTo(last));
            last = now;
            if (cycle == 47 * 30)
            {
                (first, firstSystem) = (now, system.Now);
            }
        }

        Assert.That(clock.Drift, Is.EqualTo(100).Within(5));
        double rate = (last - first).Nanoseconds / (double)(system.Now - firstSystem).Nanoseconds;
        Assert.That((rate - 1) * 1e6, Is.EqualTo(100).Within(20), "over half a minute, each end off by 0.3 ms at most");
        Assert.That(clock.Read().State, Is.EqualTo(ClockState.Synchronised));
    }

    [Test]
    public void Clock_whose_cycles_stop_stands_after_a_quarter_of_a_second_and_says_so()
    {
        var system = new ControllableClock(s_start);
        var clock = new PipeWireClock("pipewire:test", system);
        clock.Add(0, s_tick, system.Now);
        system.AdvanceTo(s_start + ClockTime.FromMilliseconds(200));
        Assert.That((clock.Now, clock.Read().State), Is.EqualTo((ClockTime.FromMilliseconds(200), ClockState.Synchronised)));
        system.AdvanceTo(s_start + ClockTime.FromSeconds(5));
        Assert.That((clock.Now, clock.Read().State), Is.EqualTo((ClockTime.FromMilliseconds(250), ClockState.Failed)));
    }

    [Test]
    public void Clock_whose_driver_changes_goes_on_from_where_it_was()
    {
        var system = new ControllableClock(s_start);
        var clock = new PipeWireClock("pipewire:test", system);
        clock.Add(48_000, s_tick, system.Now);
        system.AdvanceTo(s_start + ClockTime.FromMilliseconds(100));
        ClockTime before = clock.Now;
        clock.Add(7, new Rational(1, 44_100), system.Now);
        Assert.That(clock.Now, Is.EqualTo(before));
        system.AdvanceTo(s_start + ClockTime.FromMilliseconds(150));
        Assert.That(clock.Now, Is.EqualTo(before + ClockTime.FromMilliseconds(50)));
        Assert.That(clock.Resolution, Is.EqualTo(ClockTime.FromUnits(1, new Rational(1, 44_100))));
    }

    [Test]
    public void Clock_that_has_ended_has_failed_and_stays()
    {
        var system = new ControllableClock(s_start);
        var clock = new PipeWireClock("pipewire:test", system);
        Assert.That((clock.Now, clock.Read().State), Is.EqualTo((ClockTime.Zero, ClockState.Failed)), "not begun");
        clock.Add(0, s_tick, system.Now);
        clock.End();
        Assert.That(clock.Read().State, Is.EqualTo(ClockState.Failed));
        Assert.That(clock.Flags, Is.EqualTo(ClockFlags.CanBeMaster | ClockFlags.Hardware | ClockFlags.Realtime));
    }
}
