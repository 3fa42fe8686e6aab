using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>What has been written of one stream of an airing. Times are on the channel's line.</summary>
/// <param name="First">The first presentation time; None if nothing has been written.</param>
/// <param name="Last">The last presentation time; None if nothing has been written.</param>
/// <param name="Packets">How many packets.</param>
public readonly record struct AiredSpan(ClockTime First, ClockTime Last, long Packets)
{
    /// <summary>Nothing.</summary>
    public static AiredSpan None { get; } = new(ClockTime.None, ClockTime.None, 0);

    /// <summary>The span with a packet more.</summary>
    internal AiredSpan With(ClockTime pts) =>
        new(Packets == 0 ? pts : ClockTime.Min(First, pts), Packets == 0 ? pts : ClockTime.Max(Last, pts), Packets + 1);
}
