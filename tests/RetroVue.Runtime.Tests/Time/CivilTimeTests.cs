using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Clocks;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Time;

/// <summary>If the machine's civil time steps, the clock notices and shows it, and station time goes on.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CivilTimeTests : IDisposable
{
    private static readonly Instant s_anchor = Instant.FromUtc(2026, 3, 1, 12, 0);

    private readonly SimulatedExecutor _executor = new(ClockTime.FromSeconds(5000));
    private readonly RecordedLog _log = new();
    private Duration _step;

    public void Dispose() => _log.Dispose();

    private MasterClock Create()
    {
        ClockTime start = _executor.Clock.Now;
        return new MasterClock(
            _executor.Clock,
            () => s_anchor + (_executor.Clock.Now - start).ToDuration() + _step,
            logger: new Logger<MasterClock>(_log));
    }

    [TestCase(120, "behind")]
    [TestCase(-120, "ahead of")]
    [TestCase(1, "behind", Description = "a leap second that the kernel steps")]
    [TestCase(-1_700_000_000, "ahead of", Description = "the machine's clock is set to 1972")]
    public async Task Step_is_noticed_within_a_minute_logged_and_shown_with_its_size(int seconds, string side)
    {
        MasterClock clock = Create();
        var station = new Station(clock, _executor, new ScheduleBook([]), new Dictionary<Guid, ChannelKind>(), new ChannelOptions(), _log);
        _executor.RunFor(ClockTime.FromSeconds(300));
        Assert.That(clock.AsClock().Read().State, Is.EqualTo(ClockState.Synchronised));
        Assert.That(_log.Lines, Is.Empty);

        _step = Duration.FromSeconds(seconds);
        _executor.RunFor(ClockTime.FromSeconds(60));
        ClockReading reading = clock.AsClock().Read();
        Assert.Multiple(() =>
        {
            Assert.That(reading.State, Is.EqualTo(ClockState.Unsynchronised));
            Assert.That(reading.Uncertainty.Nanoseconds / 1e9, Is.EqualTo(Math.Abs(seconds)).Within(0.001));
            Assert.That(clock.UtcNow, Is.EqualTo(s_anchor + Duration.FromSeconds(360)), "station time itself goes on");
            Assert.That(_log.Lines, Has.Count.EqualTo(1));
            Assert.That(_log.Lines.Single(), Does.StartWith("1003:").And.Contain(side));
        });

        _executor.RunFor(ClockTime.FromSeconds(600));
        Assert.That(_log.Lines, Has.Count.EqualTo(1), "the same step is logged once");
        _step += Duration.FromSeconds(10);
        _executor.RunFor(ClockTime.FromSeconds(60));
        Assert.That(_log.Lines, Has.Count.EqualTo(2), "another step is logged");

        _step = Duration.Zero;
        _executor.RunFor(ClockTime.FromSeconds(60));
        reading = clock.AsClock().Read();
        Assert.That(reading.State, Is.EqualTo(ClockState.Synchronised));
        Assert.That(reading.Uncertainty, Is.LessThan(ClockTime.FromMilliseconds(1)));
        Task end = station.DisposeAsync().AsTask();
        _executor.RunUntilCompleted(end, _executor.Clock.Now + ClockTime.FromSeconds(1));
        await end;
        _step = Duration.FromSeconds(5);
        _executor.RunFor(ClockTime.FromSeconds(60));
        Assert.That(_log.Lines, Has.Count.EqualTo(2), "a disposed station compares no more");
    }

    [Test]
    public void Slew_and_comparison_do_not_undo_each_other()
    {
        MasterClock clock = Create();
        clock.Slew(20);
        _step = Duration.FromSeconds(120);
        clock.CompareCivilTime();
        clock.Slew(-20);
        Assert.That(clock.AsClock().Read().State, Is.EqualTo(ClockState.Unsynchronised));
        clock.Slew(20);
        ClockTime before = clock.AsClock().Now;
        _step = Duration.Zero;
        clock.CompareCivilTime();
        _executor.RunFor(ClockTime.FromSeconds(1000));
        // The rate is 20 ppm for 1000 s. For each second, a nanosecond of rounding in the rate is allowed.
        Assert.That((clock.AsClock().Now - before - ClockTime.FromSeconds(1000)).Nanoseconds, Is.EqualTo(20_000_000).Within(1000));
    }

    [Test]
    public void Difference_within_the_tolerance_is_none()
    {
        MasterClock clock = Create();
        _step = Duration.FromMilliseconds(499);
        clock.CompareCivilTime();
        Assert.That(clock.AsClock().Read().State, Is.EqualTo(ClockState.Synchronised));
        Assert.That(_log.Lines, Is.Empty);
    }
}
