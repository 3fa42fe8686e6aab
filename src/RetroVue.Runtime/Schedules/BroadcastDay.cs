using NodaTime;
using NodaTime.TimeZones;

namespace RetroVue.Runtime.Schedules;

/// <summary>
/// A day of programming: 06:00 to 06:00 in a channel's own zone, its end excluded. It lasts 23 or 25 hours where the clocks change in
/// it, and groups schedules and reports; it cuts no programme.
/// </summary>
/// <remarks>Immutable and thread-safe. Two are equal where date and zone are.</remarks>
/// <param name="Date">The date on which the day begins.</param>
/// <param name="Zone">The channel's zone.</param>
public sealed record BroadcastDay(LocalDate Date, DateTimeZone Zone)
{
    // If the zone's clocks skip 06:00 the day begins right after the gap, and if they show it twice, the first time: so each
    // instant belongs to exactly one day.
    private static readonly ZoneLocalMappingResolver s_boundary =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>The local time at which one day ends and the next begins: 06:00.</summary>
    public static LocalTime Rollover { get; } = new(6, 0);

    /// <summary>The day's first instant.</summary>
    public Instant Start => StartOf(Date);

    /// <summary>The first instant of the following day.</summary>
    public Instant End => StartOf(Date.PlusDays(1));

    /// <summary>The day that follows.</summary>
    public BroadcastDay Next => this with { Date = Date.PlusDays(1) };

    /// <summary>The day before.</summary>
    public BroadcastDay Previous => this with { Date = Date.PlusDays(-1) };

    /// <summary>The day to which an instant belongs.</summary>
    public static BroadcastDay Of(Instant instant, DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        // The date on the wall is at most one day too late, before 06:00, but for zones that skipped or repeated one.
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

    /// <summary>True if the instant belongs to this day.</summary>
    public bool Contains(Instant instant) => instant >= Start && instant < End;

    /// <summary>The day as "2026-03-29 Europe/Berlin".</summary>
    public override string ToString() => $"{Date:uuuu-MM-dd} {Zone.Id}";

    private Instant StartOf(LocalDate date) => Zone.ResolveLocal(date + Rollover, s_boundary).ToInstant();
}
