using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;
using IClock = RetroVue.Media.Clocks.IClock;

namespace RetroVue.Runtime.Output;

/// <summary>
/// A channel's time line: nanoseconds of station time since the channel's fixed epoch. Every PTS of the channel is on it, so a restart or
/// another machine continues the same line. Times before the epoch are negative, and are valid too.
/// </summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Station">Station time as a clock: nanoseconds since the Unix epoch.</param>
/// <param name="Epoch">The instant at which the line is zero.</param>
public sealed record ChannelLine(IClock Station, Instant Epoch)
{
    /// <summary>The default epoch: 2024-01-01T00:00:00 UTC.</summary>
    public static Instant DefaultEpoch { get; } = Instant.FromUtc(2024, 1, 1, 0, 0);

    /// <summary>Station time now, on this line.</summary>
    public ClockTime Now => Station.Now - StationEpoch;

    private ClockTime StationEpoch => Epoch.ToClockTime();

    /// <summary>Converts a time on the line to a time of <see cref="Station"/>, to wait for it.</summary>
    public ClockTime ToStation(ClockTime time) => time + StationEpoch;

    /// <summary>Converts an instant to a time on the line.</summary>
    public ClockTime At(Instant instant) => (instant - Epoch).ToClockTime();

    /// <summary>Converts a time on the line to an instant.</summary>
    public Instant ToInstant(ClockTime time) => Epoch + time.ToDuration();
}
