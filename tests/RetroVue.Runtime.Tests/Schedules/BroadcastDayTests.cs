using NodaTime;
using NodaTime.TimeZones;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Schedules;

public sealed class BroadcastDayTests
{
    [TestCase("Europe/Berlin", 2026, 3, 28, 23)]
    [TestCase("Europe/Berlin", 2026, 3, 29, 24)]
    [TestCase("Europe/Berlin", 2026, 10, 24, 25)]
    [TestCase("America/New_York", 2026, 3, 7, 23)]
    [TestCase("America/New_York", 2026, 10, 31, 25)]
    [TestCase("Australia/Lord_Howe", 2026, 10, 3, 23.5)]
    [TestCase("Australia/Lord_Howe", 2026, 4, 4, 24.5)]
    [TestCase("UTC", 2026, 3, 28, 24)]
    public void Day_clocks_change_in_it_lasts_as_long_as_the_clocks_say(string zone, int year, int month, int day, double hours)
    {
        var broadcastDay = new BroadcastDay(new LocalDate(year, month, day), TimeZones.Get(zone));
        Assert.That(broadcastDay.End - broadcastDay.Start, Is.EqualTo(Duration.FromHours(hours)));
    }

    [TestCase("America/New_York", "2026-03-02T10:59:59", "2026-03-01")]
    [TestCase("America/New_York", "2026-03-02T11:00:00", "2026-03-02")]
    [TestCase("Europe/Berlin", "2026-07-02T04:00:00", "2026-07-02")]
    [TestCase("Europe/Berlin", "2026-07-02T03:59:59", "2026-07-01")]
    [TestCase("UTC", "2026-01-01T05:59:59", "2025-12-31")]
    [TestCase("Australia/Lord_Howe", "2026-01-01T19:00:00", "2026-01-02")]
    public void Of_instant_near_six_counts_six_on_the_channels_own_clocks(string zone, string utc, string date)
    {
        Instant instant = NodaTime.Text.InstantPattern.ExtendedIso.Parse(utc + "Z").Value;
        Assert.That(BroadcastDay.Of(instant, TimeZones.Get(zone)).ToString(), Is.EqualTo($"{date} {zone}"));
    }

    [Test]
    public void Of_last_nanosecond_before_the_end_belongs_to_the_day_and_the_end_to_the_next()
    {
        var day = new BroadcastDay(new LocalDate(2026, 10, 24), TimeZones.Get("Europe/Berlin"));
        Assert.Multiple(() =>
        {
            Assert.That(BroadcastDay.Of(day.End - Duration.Epsilon, day.Zone), Is.EqualTo(day));
            Assert.That(BroadcastDay.Of(day.End, day.Zone), Is.EqualTo(day.Next));
            Assert.That(day.Contains(day.Start) && day.Contains(day.End - Duration.Epsilon), Is.True);
            Assert.That(day.Contains(day.End) || day.Contains(day.Start - Duration.Epsilon), Is.False);
            Assert.That(day.Next.Previous, Is.EqualTo(day));
        });
    }

    [TestCaseSource(typeof(TestSchedules), nameof(TestSchedules.Zones))]
    public void Of_every_twenty_minutes_of_a_year_follows_the_rule_of_six_and_the_bounds(string zoneName)
    {
        DateTimeZone zone = TimeZones.Get(zoneName);
        Instant end = Instant.FromUtc(2027, 1, 1, 0, 0);
        for (Instant at = Instant.FromUtc(2026, 1, 1, 0, 0); at < end; at += Duration.FromMinutes(20))
        {
            LocalDateTime local = at.InZone(zone).LocalDateTime;
            BroadcastDay day = BroadcastDay.Of(at, zone);
            Assert.That(day.Date, Is.EqualTo(local.Hour < 6 ? local.Date.PlusDays(-1) : local.Date), $"{at}");
            Assert.That(day.Contains(at), Is.True, $"{at}");
            Assert.That(day.Next.Start, Is.EqualTo(day.End), $"{at}");
        }
    }

    [Test]
    public void Of_around_every_change_of_every_zone_since_1970_belongs_to_exactly_one_day()
    {
        Instant from = Instant.FromUtc(1970, 1, 1, 0, 0), to = Instant.FromUtc(2040, 1, 1, 0, 0);
        int changes = 0;
        foreach (DateTimeZone zone in DateTimeZoneProviders.Tzdb.Ids.Select(TimeZones.Get))
        {
            foreach (ZoneInterval interval in zone.GetZoneIntervals(from, to))
            {
                if (!interval.HasEnd || interval.End >= to)
                {
                    continue;
                }

                changes++;
                foreach (int hours in new[] { -30, -6, -1, 0, 1, 6, 30 })
                {
                    Instant at = interval.End + Duration.FromHours(hours);
                    BroadcastDay day = BroadcastDay.Of(at, zone);
                    Assert.That(day.Contains(at) && !day.Next.Contains(at) && !day.Previous.Contains(at), Is.True, $"{zone.Id} {at}");
                }
            }
        }

        Assert.That(changes, Is.GreaterThan(10_000));
    }

    [Test]
    public void Start_date_that_the_clocks_skipped_is_right_after_the_gap()
    {
        // Samoa went from 2011-12-29 24:00 to 2011-12-31 00:00.
        DateTimeZone samoa = TimeZones.Get("Pacific/Apia");
        var skipped = new BroadcastDay(new LocalDate(2011, 12, 30), samoa);
        Assert.That(skipped.Start.InZone(samoa).LocalDateTime, Is.EqualTo(new LocalDateTime(2011, 12, 31, 0, 0)));
        Assert.That(skipped.End - skipped.Start, Is.EqualTo(Duration.FromHours(6)));
    }
}
