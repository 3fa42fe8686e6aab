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

    [TestCase("Film", 24, "Next: Film at 20:15")]
    [TestCase("Film", 19, "Next: Film at 20:15")]
    [TestCase("Film", 18, "Next: Film|at 20:15")]
    [TestCase("The Third Man", 24, "Next: The Third Man|at 20:15")]
    [TestCase("The Third Man", 18, "Next: The Third|Man at 20:15")]
    [TestCase("The Third Man Returns Once More to Vienna", 20, "Next: The Third Man|Returns On… at 20:15")]
    [TestCase("Donaudampfschifffahrt", 20, "Next:|Donaudampf… at 20:15")]
    [TestCase("", 20, "Next: at 20:15")]
    public void Next_title_takes_two_lines_at_most_and_keeps_its_time(string title, int columns, string expected) =>
        Assert.That(string.Join('|', SlateText.NextLines(title, s_evening, DateTimeZone.Utc, columns)), Is.EqualTo(expected));

    [Test]
    public void Next_lines_fit_whatever_the_title()
    {
        var random = new Random(1);
        for (int i = 0; i < 5000; i++)
        {
            int columns = random.Next(16, 60);
            string title = PlainLetters.From(string.Concat(Enumerable.Range(0, random.Next(90)).Select(_ => random.Next(6) == 0 ? ' ' : 'x')));
            IReadOnlyList<string> lines = SlateText.NextLines(title, s_evening, DateTimeZone.Utc, columns);
            Assert.That(lines, Has.Count.LessThanOrEqualTo(2).And.All.Length.LessThanOrEqualTo(columns), title);
            Assert.That(lines[^1], Does.EndWith("at 20:15"));
        }
    }

    [TestCase("Retro One", 9, "Retro One")]
    [TestCase("Retro One", 8, "Retro O…")]
    [TestCase("Retro One", 7, "Retro…")]
    public void Shortened_text_ends_in_an_ellipsis(string text, int columns, string expected) =>
        Assert.That(SlateText.Shorten(text, columns), Is.EqualTo(expected));

    [TestCase("Amélie – “Élégie”", "Amelie - \"Elegie\"")]
    [TestCase("Straße Øresund Łódź ÿ ƒ", "Strasse Oresund Lodz y ?")]
    [TestCase("Ame\u0301lie", "Amelie")]
    [TestCase("Šárka Žižkov, İstanbul, ığdır, Œuvre, Țară", "Sarka Zizkov, Istanbul, igdir, OEuvre, Tara")]
    [TestCase("Příliš žluťoučký kůň", "Prilis zlutoucky kun")]
    [TestCase("Zażółć gęślą jaźń", "Zazolc gesla jazn")]
    [TestCase("Árvíztűrő tükörfúrógép", "Arvizturo tukorfurogep")]
    [TestCase("Þór, Đorđe, Ĳssel, ŉ, 10 €", "Thor, Dorde, IJssel, 'n, 10 EUR")]
    [TestCase("  two\t\n lines ", "two lines")]
    [TestCase("七人", "??")]
    [TestCase("🎬!", "?!")]
    [TestCase("wait…", "wait…")]
    public void Characters_without_a_glyph_become_the_nearest_that_has_one(string text, string expected) =>
        Assert.That(PlainLetters.From(text), Is.EqualTo(expected));

    private static string Clock(Instant at, string zone)
    {
        Span<char> text = stackalloc char[SlateText.ClockLength];
        SlateText.WriteClock(at, DateTimeZoneProviders.Tzdb[zone], text);
        return text.ToString();
    }
}
