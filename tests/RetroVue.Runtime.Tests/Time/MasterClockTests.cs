using NodaTime;
using NodaTime.TimeZones;
using RetroVue.Media.Clocks;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Time;

public sealed class MasterClockTests
{
    private static readonly Instant s_anchor = Instant.FromUtc(2026, 3, 1, 12, 0);

    private readonly ControllableClock _system = new(ClockTime.FromSeconds(5000));

    [TestCase(TimePrecision.Second, 59_000_000_000L)]
    [TestCase(TimePrecision.Millisecond, 59_999_000_000L)]
    [TestCase(TimePrecision.Microsecond, 59_999_999_000L)]
    public void UtcNow_each_precision_truncates(TimePrecision precision, long expected)
    {
        var clock = new MasterClock(_system, s_anchor, precision);
        _system.Advance(ClockTime.FromNanoseconds(59_999_999_999));
        Assert.Multiple(() =>
        {
            Assert.That(clock.UtcNow - s_anchor, Is.EqualTo(Duration.FromNanoseconds(expected)));
            Assert.That(clock.GetCurrentInstant(), Is.EqualTo(clock.UtcNow));
            // The pacing clock is exact, whatever the precision is.
            Assert.That(clock.AsClock().Now.ToInstant() - s_anchor, Is.EqualTo(Duration.FromNanoseconds(59_999_999_999)));
        });
    }

    [Test]
    public void UtcNow_before_1970_truncates_towards_the_past()
    {
        var clock = new MasterClock(_system, Instant.FromUtc(1969, 12, 31, 23, 59, 59), TimePrecision.Second);
        _system.Advance(ClockTime.FromMilliseconds(500));
        Assert.That(clock.UtcNow, Is.EqualTo(Instant.FromUtc(1969, 12, 31, 23, 59, 59)));
    }

    [Test]
    public void UtcNow_civil_time_steps_stays_on_the_monotonic_clock()
    {
        Instant civil = s_anchor;
        var clock = new MasterClock(_system, () => civil);
        civil += Duration.FromHours(1);
        _system.Advance(ClockTime.FromSeconds(10));
        Assert.That(clock.UtcNow, Is.EqualTo(s_anchor + Duration.FromSeconds(10)));
    }

    [Test]
    public void Construction_undefined_precision_throws() =>
        Assert.That(() => new MasterClock(_system, s_anchor, (TimePrecision)7), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void FromSystem_real_machine_agrees_with_its_civil_time()
    {
        MasterClock clock = MasterClock.FromSystem();
        TimeConsistency consistency = clock.ValidateTimeConsistency();
        // Both clocks are read within microseconds of each other. The 500 ms are for a machine that is busy or whose clock is being slewed.
        Assert.That(consistency.IsConsistent, Is.True, consistency.ToString());
    }

    [Test]
    public void AsClock_reading_shows_the_width_of_the_anchors_bracket()
    {
        // Reading civil time takes 3 µs on this simulated machine, so the anchor is uncertain by that.
        var clock = new MasterClock(_system, () =>
        {
            _system.Advance(ClockTime.FromMicroseconds(3));
            return s_anchor;
        });
        ClockReading reading = clock.AsClock().Read();
        Assert.Multiple(() =>
        {
            Assert.That(reading.Uncertainty, Is.EqualTo(ClockTime.FromMicroseconds(3)));
            Assert.That(reading.State, Is.EqualTo(ClockState.Synchronised));
            Assert.That(reading.SystemTime, Is.EqualTo(_system.Now));
        });
    }

    [Test]
    public void LocalNow_zone_shows_the_zones_clocks()
    {
        var clock = new MasterClock(_system, s_anchor);
        Assert.That(clock.LocalNow("America/New_York").LocalDateTime, Is.EqualTo(new LocalDateTime(2026, 3, 1, 7, 0)));
        Assert.That(clock.LocalNow(TimeZones.Get("Australia/Lord_Howe")).LocalDateTime, Is.EqualTo(new LocalDateTime(2026, 3, 1, 23, 0)));
    }

    [Test]
    public void LocalNow_unknown_zone_throws_naming_it()
    {
        var clock = new MasterClock(_system, s_anchor);
        Assert.That(() => clock.LocalNow("Mars/Base"), Throws.InstanceOf<DateTimeZoneNotFoundException>().With.Message.Contains("'Mars/Base'"));
    }

    [Test]
    public void SecondsSince_past_and_future_counts_only_what_has_passed()
    {
        var clock = new MasterClock(_system, s_anchor);
        _system.Advance(ClockTime.FromMilliseconds(1500));
        Assert.Multiple(() =>
        {
            // 1.5 is a binary fraction, so the comparison can be exact.
            Assert.That(clock.SecondsSince(s_anchor), Is.EqualTo(1.5));
            Assert.That(clock.SecondsSince(clock.UtcNow), Is.Zero);
            Assert.That(clock.SecondsSince(s_anchor + Duration.FromDays(1)), Is.Zero);
        });
    }

    [TestCase(2026, 3, 29, 2, 30, "2026-03-29T01:30:00", TestName = "ConvertTimezone_skipped_time_moves_on_by_the_gap")]
    [TestCase(2026, 10, 25, 2, 30, "2026-10-25T00:30:00", TestName = "ConvertTimezone_repeated_time_is_the_earlier")]
    [TestCase(2026, 7, 1, 12, 0, "2026-07-01T10:00:00", TestName = "ConvertTimezone_plain_time_keeps_the_instant")]
    public void ConvertTimezone(int year, int month, int day, int hour, int minute, string utc)
    {
        var clock = new MasterClock(_system, s_anchor);
        ZonedDateTime converted = clock.ConvertTimezone(new LocalDateTime(year, month, day, hour, minute), "Europe/Berlin", "UTC");
        Assert.That(converted.LocalDateTime.ToString("uuuu-MM-ddTHH:mm:ss", null), Is.EqualTo(utc));
    }

    [Test]
    public void GetTimezoneInfo_summer_and_unchanging_zones_tell_all_parts()
    {
        var clock = new MasterClock(_system, Instant.FromUtc(2026, 7, 1, 0, 0));
        Assert.That(clock.GetTimezoneInfo("Europe/Berlin"), Is.EqualTo(new TimezoneInfo(
            "Europe/Berlin", Offset.FromHours(2), Offset.FromHours(1), "CEST", Instant.FromUtc(2026, 10, 25, 1, 0))));
        Assert.That(clock.GetTimezoneInfo("UTC"), Is.EqualTo(new TimezoneInfo("UTC", Offset.Zero, Offset.Zero, "UTC", null)));
        Assert.That(() => clock.GetTimezoneInfo("Nowhere"), Throws.InstanceOf<DateTimeZoneNotFoundException>());
    }

    [Test]
    public void Slew_full_rate_for_a_day_gains_twenty_parts_per_million()
    {
        var clock = new MasterClock(_system, s_anchor);
        clock.Slew(MasterClock.MaxSlew);
        Instant before = clock.AsClock().Now.ToInstant();
        _system.Advance(ClockTime.FromSeconds(86_400));
        Duration gained = clock.AsClock().Now.ToInstant() - before - Duration.FromDays(1);
        // 20 ppm of 86,400 s is 1.728 s. The rate has a resolution of 2^-40, which is 79 ns over a day.
        Assert.That(gained.ToInt64Nanoseconds(), Is.EqualTo(1_728_000_000).Within(100));
    }

    [TestCase(20.001)]
    [TestCase(-20.001)]
    [TestCase(double.NaN)]
    public void Slew_beyond_the_limit_throws(double partsPerMillion)
    {
        var clock = new MasterClock(_system, s_anchor);
        Assert.That(() => clock.Slew(partsPerMillion), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void StepForward_is_ahead_by_the_step_at_once_and_backwards_throws()
    {
        var clock = new MasterClock(_system, s_anchor);
        clock.StepForward(Duration.FromSeconds(2));
        Assert.That(clock.UtcNow, Is.EqualTo(s_anchor + Duration.FromSeconds(2)));
        _system.Advance(ClockTime.FromSeconds(1));
        Assert.That(clock.UtcNow, Is.EqualTo(s_anchor + Duration.FromSeconds(3)));
        Assert.That(() => clock.StepForward(Duration.FromNanoseconds(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void ValidateTimeConsistency_both_clocks_moved_reports_who_and_how_far()
    {
        Instant civil = s_anchor;
        var clock = new MasterClock(_system, () => civil);
        Assert.That(clock.ValidateTimeConsistency().IsConsistent, Is.True);

        clock.StepForward(Duration.FromMilliseconds(200));
        _system.Advance(ClockTime.FromSeconds(60));
        civil = s_anchor + Duration.FromSeconds(61);
        TimeConsistency consistency = clock.ValidateTimeConsistency();
        Assert.Multiple(() =>
        {
            Assert.That(consistency.Correction, Is.EqualTo(Duration.FromMilliseconds(200)));
            Assert.That(consistency.SystemCorrection, Is.EqualTo(Duration.FromSeconds(1)));
            Assert.That(consistency.Difference, Is.EqualTo(Duration.FromMilliseconds(-800)));
            Assert.That(consistency.IsConsistent, Is.False);
            Assert.That(clock.ValidateTimeConsistency(Duration.FromSeconds(1)).IsConsistent, Is.True);
        });
    }

    [Test]
    public void TryGetTraceTime_only_a_synchronised_network_clock_is_told()
    {
        var clock = new MasterClock(_system, s_anchor);
        Instant networkTime = s_anchor + Duration.FromNanoseconds(123_456_789);
        var network = new ControllableClock(networkTime.ToClockTime(), "ntp", ClockFlags.Network, _system);
        var crystal = new ControllableClock(networkTime.ToClockTime(), "crystal", ClockFlags.Hardware, _system);

        Assert.That(clock.TryGetTraceTime(), Is.Null, "no reference");
        clock.Reference = crystal;
        Assert.That(clock.TryGetTraceTime(), Is.Null, "not a network clock");
        clock.Reference = network;
        Assert.That(clock.TryGetTraceTime(), Is.EqualTo(s_anchor + Duration.FromMilliseconds(123)));
        foreach (ClockState state in new[] { ClockState.Unsynchronised, ClockState.HoldOver, ClockState.Failed })
        {
            network.State = state;
            Assert.That(clock.TryGetTraceTime(), Is.Null, state.ToString());
        }

        Assert.That(clock.UtcNow, Is.EqualTo(s_anchor), "a reference does not change station time");
    }
}
