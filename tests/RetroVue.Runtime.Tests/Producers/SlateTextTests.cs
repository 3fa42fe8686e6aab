using NodaTime;
using RetroVue.Runtime.Producers.Slates;

namespace RetroVue.Runtime.Tests.Producers;

public sealed class SlateTextTests
{
    private static readonly Instant s_evening = Instant.FromUtc(2026, 3, 1, 20, 15, 59);

    [Test]
    public void Clock_shows_the_second_that_has_begun()
    {
        Assert.That(Clock(s_evening, "UTC"), Is.EqualTo("20:15:59"));
        Assert.That(Clock(s_evening.PlusNanoseconds(999_999_999), "UTC"), Is.EqualTo("20:15:59"));
        Assert.That(Clock(s_evening.PlusNanoseconds(1_000_000_000), "UTC"), Is.EqualTo("20:16:00"));
        Assert.That(Clock(s_evening.PlusNanoseconds(-1), "UTC"), Is.EqualTo("20:15:58"));
    }

    [Test]
    public void Clock_shows_the_zones_local_time()
    {
        Assert.That(Clock(s_evening, "Asia/Kolkata"), Is.EqualTo("01:45:59"));
        Assert.That(Clock(s_evening, "America/New_York"), Is.EqualTo("15:15:59"));
    }

    [Test]
    public void Clock_leaves_out_an_hour_in_spring_and_repeats_one_in_autumn()
    {
        Instant spring = Instant.FromUtc(2026, 3, 29, 1, 0), autumn = Instant.FromUtc(2026, 10, 25, 1, 0);
        Assert.That(Clock(spring.PlusNanoseconds(-1), "Europe/Berlin"), Is.EqualTo("01:59:59"));
        Assert.That(Clock(spring, "Europe/Berlin"), Is.EqualTo("03:00:00"));
        Assert.That(Clock(autumn.PlusNanoseconds(-1), "Europe/Berlin"), Is.EqualTo("02:59:59"));
        Assert.That(Clock(autumn, "Europe/Berlin"), Is.EqualTo("02:00:00"));
    }

    [Test]
    public void Next_title_is_announced_in_the_zones_hours_and_minutes()
    {
        Assert.That(SlateText.NextAt(s_evening, DateTimeZone.Utc), Is.EqualTo("Next at 20:15"));
        Assert.That(SlateText.NextAt(s_evening, DateTimeZoneProviders.Tzdb["Asia/Kolkata"]), Is.EqualTo("Next at 01:45"));
    }

    private static string Clock(Instant at, string zone)
    {
        Span<char> text = stackalloc char[SlateText.ClockLength];
        SlateText.WriteClock(at, DateTimeZoneProviders.Tzdb[zone], text);
        return text.ToString();
    }
}
