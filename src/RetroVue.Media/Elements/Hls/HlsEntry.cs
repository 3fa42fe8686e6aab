using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>A segment as the playlist describes it.</summary>
/// <param name="Number">Its media sequence number: one more than that of the segment before.</param>
/// <param name="Pts">Presentation time of its first picture or sound, on the channel's line.</param>
/// <param name="Duration">The time from there to the next segment's beginning, or to the end of the media.</param>
/// <param name="IsGap">True if a player can show nothing of it: no media came, or it could not be cut at a key frame.</param>
public sealed record HlsEntry(long Number, ClockTime Pts, ClockTime Duration, bool IsGap = false)
{
    /// <summary>The beginning of the next segment, on the channel's line.</summary>
    public ClockTime End => Pts + Duration;
}
