using NodaTime;
using NodaTime.TimeZones;

namespace RetroVue.Runtime.Schedules;

/// <summary>The half hours of a zone's local time.</summary>
/// <remarks>
/// Since 2000, each change of a zone's offset has been a multiple of half an hour, so slots stay half an hour long and on the half hour. At
/// older, irregular changes a slot is cut short.
/// </remarks>
internal static class LocalGrid
{
    public static Duration Slot { get; } = Duration.FromMinutes(30);

    /// <summary>Returns the slot that contains an instant: its start, and its end, which is not part of it.</summary>
    public static Interval SlotAt(Instant at, DateTimeZone zone)
    {
        ZoneInterval rules = zone.GetZoneInterval(at);
        long sinceMidnight = at.InZone(zone).NanosecondOfDay;
        Instant start = at - Duration.FromNanoseconds(sinceMidnight % Slot.ToInt64Nanoseconds());
        Instant end = start + Slot;
        return new Interval(
            rules.HasStart ? Instant.Max(start, rules.Start) : start,
            rules.HasEnd ? Instant.Min(end, rules.End) : end);
    }
}
