using NodaTime;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>The texts of a slate, as pure functions.</summary>
internal static class SlateText
{
    /// <summary>The number of characters of a clock's text, "20:15:00".</summary>
    public const int ClockLength = 8;

    /// <summary>Writes the local time of day at an instant, "20:15:00": the second that has begun. Allocates nothing.</summary>
    /// <param name="at">The instant.</param>
    /// <param name="zone">The zone of the local time.</param>
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

    /// <summary>Returns "Next at 20:15", the label above the next title.</summary>
    /// <param name="start">The start of the next entry.</param>
    /// <param name="zone">The zone of the local time.</param>
    public static string NextAt(Instant start, DateTimeZone zone)
    {
        Span<char> clock = stackalloc char[ClockLength];
        WriteClock(start, zone, clock);
        return $"Next at {clock[..5]}";
    }

    private static void WriteTwoDigits(Span<char> text, int value)
    {
        text[0] = (char)('0' + (value / 10));
        text[1] = (char)('0' + (value % 10));
    }
}
