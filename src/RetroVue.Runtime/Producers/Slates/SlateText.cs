using NodaTime;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>The words of a slate, as functions of what they say alone.</summary>
internal static class SlateText
{
    /// <summary>Characters of a clock's text, "20:15:00".</summary>
    public const int ClockLength = 8;

    private const char Ellipsis = '…';

    /// <summary>Writes the local time of day at an instant, "20:15:00": the second that has begun. Allocates nothing.</summary>
    /// <param name="at">The instant.</param>
    /// <param name="zone">Whose local time.</param>
    /// <param name="text">Room for <see cref="ClockLength"/> characters.</param>
    public static void WriteClock(Instant at, DateTimeZone zone, Span<char> text)
    {
        LocalTime time = at.InZone(zone).TimeOfDay;
        WriteTwoDigits(text, time.Hour);
        text[2] = ':';
        WriteTwoDigits(text[3..], time.Minute);
        text[5] = ':';
        WriteTwoDigits(text[6..], time.Second);
    }

    /// <summary>"Next: TITLE at 20:15", in one line where it fits and in two where not, the title shortened to what fits those.</summary>
    /// <param name="title">What airs next.</param>
    /// <param name="start">When it airs.</param>
    /// <param name="zone">Whose local time.</param>
    /// <param name="columns">Characters in a line.</param>
    public static IReadOnlyList<string> NextLines(string title, Instant start, DateTimeZone zone, int columns)
    {
        Span<char> clock = stackalloc char[ClockLength];
        WriteClock(start, zone, clock);
        string what = $"Next: {title}".TrimEnd();
        string when = $"at {clock[..5]}";
        if (what.Length + 1 + when.Length <= columns)
        {
            return [$"{what} {when}"];
        }

        (string first, string more) = BreakLine(what, columns);
        string second = more.Length == 0 ? when : $"{Shorten(more, columns - when.Length - 1)} {when}";
        return [first, second];
    }

    /// <summary>The text, or as much of its beginning as fits with an ellipsis behind it.</summary>
    public static string Shorten(string text, int columns) =>
        text.Length <= columns ? text : $"{text.AsSpan(0, Math.Max(0, columns - 1)).TrimEnd()}{Ellipsis}";

    /// <summary>Breaks between words; within one only where it fills the line alone.</summary>
    private static (string First, string More) BreakLine(string text, int columns)
    {
        if (text.Length <= columns)
        {
            return (text, "");
        }

        int space = text.LastIndexOf(' ', columns);
        int end = space > 0 ? space : columns;
        return (text[..end], text[end..].TrimStart());
    }

    private static void WriteTwoDigits(Span<char> text, int value)
    {
        text[0] = (char)('0' + (value / 10));
        text[1] = (char)('0' + (value % 10));
    }
}
