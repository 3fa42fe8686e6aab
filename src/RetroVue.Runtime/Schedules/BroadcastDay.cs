using NodaTime;
using NodaTime.TimeZones;

namespace RetroVue.Runtime.Schedules;

/// <summary>
/// A day of programming: 06:00 to 06:00 in the channel's local time, without the end. It lasts 23 or 25 hours if the clocks change in it.
/// It groups schedules and reports; it does not cut programmes.
/// </summary>
/// <remarks>Immutable and thread-safe. Two days are equal if their dates and zones are equal.</remarks>
/// <param name="Date">The date on which the day begins.</param>
/// <param name="Zone">The channel's zone.</param>
public sealed record BroadcastDay(LocalDate Date, DateTimeZone Zone)
{
    // If 06:00 is skipped, the day begins directly after the gap; if it occurs twice, at its first occurrence. So each instant belongs to
    // exactly one day.
    private static readonly ZoneLocalMappingResolver s_boundary =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>The local time at which one day ends and the next begins: 06:00.</summary>
    public static LocalTime Rollover { get; } = new(6, 0);

    /// <summary>The day's first instant.</summary>
    public Instant Start => StartOf(Date);

    /// <summary>The first instant of the following day.</summary>
    public Instant End => StartOf(Date.PlusDays(1));

    /// <summary>The following day.</summary>
    public BroadcastDay Next => this with { Date = Date.PlusDays(1) };

    /// <summary>The day before.</summary>
    public BroadcastDay Previous => this with { Date = Date.PlusDays(-1) };

    /// <summary>Returns the day that contains an instant.</summary>
    public static BroadcastDay Of(Instant instant, DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        // The local date is at most one day too late, before 06:00, except in zones that skipped or repeated a date.
        var day = new BroadcastDay(instant.InZone(zone).Date, zone);
        while (instant < day.Start)
        {
            day = day.Previous;
        }

        while (instant >= day.End)
        {
            day = day.Next;
        }

        return day;
    }

    /// <summary>True if the instant is in this day.</summary>
    public bool Contains(Instant instant) => instant >= Start && instant < End;

    /// <summary>Returns the day as "2026-03-29 Europe/Berlin".</summary>
    public override string ToString() => $"{Date:uuuu-MM-dd} {Zone.Id}";

    private Instant StartOf(LocalDate date) => Zone.ResolveLocal(date + Rollover, s_boundary).ToInstant();
}
