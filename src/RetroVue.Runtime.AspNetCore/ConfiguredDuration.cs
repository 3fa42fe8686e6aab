using System.Globalization;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>Reads a duration from the configuration: "00:00:02", the usual form in .NET, or a number with a unit, "2 s".</summary>
internal static class ConfiguredDuration
{
    /// <exception cref="FormatException">The text is no duration; the message ends a sentence that begins with "which is".</exception>
    public static TimeSpan Parse(string text)
    {
        if (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan span) && text.Contains(':', StringComparison.Ordinal))
        {
            return span;
        }

        string trimmed = text.Trim();
        int length = trimmed.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (!decimal.TryParse(trimmed.AsSpan(0, length), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            throw NoDuration("not a duration");
        }

        long unit = trimmed[length..].TrimStart() switch
        {
            "ms" or "milliseconds" or "millisecond" => TimeSpan.TicksPerMillisecond,
            "s" or "seconds" or "second" => TimeSpan.TicksPerSecond,
            "min" or "minutes" or "minute" => TimeSpan.TicksPerMinute,
            "h" or "hours" or "hour" => TimeSpan.TicksPerHour,
            "d" or "days" or "day" => TimeSpan.TicksPerDay,
            "" => throw NoDuration("a number without a unit"),
            _ => throw NoDuration("not a duration"),
        };
        try
        {
            return TimeSpan.FromTicks((long)(number * unit));
        }
        catch (OverflowException)
        {
            throw NoDuration("longer than 29,000 years");
        }
    }

    private static FormatException NoDuration(string cause) => new($"{cause}. Write 00:00:02, 1.12:00:00 for a day and a half, or 500 ms, 2 s, 10 min, 6 h, 1 d.");
}
