using NodaTime;
using NodaTime.TimeZones;

namespace RetroVue.Runtime.Schedules;

/// <summary>The half hours of a zone's clocks.</summary>
/// <remarks>
/// Every change of a zone's offset since 2000 is a multiple of half an hour, so slots stay half an hour long and on the clock's half
/// hours through it. For older, odder changes a slot is cut short at the change.
/// </remarks>
internal static class LocalGrid
{
    public static Duration Slot { get; } = Duration.FromMinutes(30);

    /// <summary>The slot to which an instant belongs: its start, and its end, which does not belong to it.</summary>
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
