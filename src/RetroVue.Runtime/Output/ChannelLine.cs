using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;
using IClock = RetroVue.Media.Clocks.IClock;

namespace RetroVue.Runtime.Output;

/// <summary>
/// A channel's time line: nanoseconds of station time since the channel's fixed epoch. Every PTS of the channel stands on it, so a
/// restart or another machine continues the same line. Before the epoch its times are negative, and everything works there as well.
/// </summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Station">Station time as a clock: nanoseconds since the Unix epoch.</param>
/// <param name="Epoch">Where the line is zero.</param>
public sealed record ChannelLine(IClock Station, Instant Epoch)
{
    /// <summary>The epoch of channels that are not given another: 2024-01-01T00:00:00 UTC.</summary>
    public static Instant DefaultEpoch { get; } = Instant.FromUtc(2024, 1, 1, 0, 0);

    /// <summary>Station time now, on this line.</summary>
    public ClockTime Now => Station.Now - StationEpoch;

    private ClockTime StationEpoch => Epoch.ToClockTime();

    /// <summary>A time on the line as a reading of <see cref="Station"/>, to wait for.</summary>
    public ClockTime ToStation(ClockTime time) => time + StationEpoch;

    /// <summary>An instant on the line.</summary>
    public ClockTime At(Instant instant) => (instant - Epoch).ToClockTime();

    /// <summary>The instant of a time on the line.</summary>
    public Instant ToInstant(ClockTime time) => Epoch + time.ToDuration();
}
