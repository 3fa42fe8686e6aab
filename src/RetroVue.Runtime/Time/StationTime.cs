using NodaTime;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Time;

/// <summary>
/// Converts station time between <see cref="Instant"/> and <see cref="ClockTime"/>, the line of <see cref="MasterClock.AsClock"/>:
/// nanoseconds since 1970-01-01T00:00:00 UTC. Exact from the year 1678 to 2262.
/// </summary>
public static class StationTime
{
    /// <summary>Converts a time on the station clock's line to an instant.</summary>
    /// <exception cref="ArgumentException">The time is None.</exception>
    public static Instant ToInstant(this ClockTime stationTime) => NodaConstants.UnixEpoch + stationTime.ToDuration();

    /// <summary>Converts an instant to a time on the station clock's line.</summary>
    /// <exception cref="OverflowException">The instant lies outside the years 1678 to 2262.</exception>
    public static ClockTime ToClockTime(this Instant instant) => (instant - NodaConstants.UnixEpoch).ToClockTime();

    /// <summary>Converts a length of media time to a duration, exactly.</summary>
    /// <exception cref="ArgumentException">The length is None.</exception>
    public static Duration ToDuration(this ClockTime stretch) => stretch.IsNone
        ? throw new ArgumentException("ClockTime.None is not a time; check IsNone first.", nameof(stretch))
        : Duration.FromNanoseconds(stretch.Nanoseconds);

    /// <summary>Converts a duration to a length of media time, exactly.</summary>
    /// <exception cref="OverflowException">The duration is longer than 292 years.</exception>
    public static ClockTime ToClockTime(this Duration duration) => ClockTime.FromNanoseconds(duration.ToInt64Nanoseconds());
}
