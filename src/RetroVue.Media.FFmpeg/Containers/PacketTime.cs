using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The presentation and decoding times of a packet, in nanoseconds on the line of its file.</summary>
/// <param name="Pts">Presentation; None if it is not known.</param>
/// <param name="Dts">Decoding; None if it is not known.</param>
/// <param name="Duration">Duration; None if it is not known.</param>
/// <param name="IsEstimated">True if the container has no presentation time and <paramref name="Pts"/> is an estimate.</param>
internal readonly record struct PacketTime(ClockTime Pts, ClockTime Dts, ClockTime Duration, bool IsEstimated)
{
    /// <summary>The end of presentation, or the latest known time if that is unknown.</summary>
    public ClockTime End => (Pts.IsNone ? Dts : Pts) + (Duration.IsNone ? ClockTime.Zero : Duration);
}
