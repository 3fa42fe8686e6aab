using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>The part of one stream of an airing that has been written. Times are on the channel's line.</summary>
/// <param name="First">The first presentation time; None if nothing has been written.</param>
/// <param name="Last">The last presentation time; None if nothing has been written.</param>
/// <param name="Packets">The number of packets.</param>
public readonly record struct AiredSpan(ClockTime First, ClockTime Last, long Packets)
{
    /// <summary>Nothing.</summary>
    public static AiredSpan None { get; } = new(ClockTime.None, ClockTime.None, 0);

    /// <summary>Returns the span with one more packet.</summary>
    internal AiredSpan With(ClockTime pts) =>
        new(Packets == 0 ? pts : ClockTime.Min(First, pts), Packets == 0 ? pts : ClockTime.Max(Last, pts), Packets + 1);
}
