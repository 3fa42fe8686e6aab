using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>What a playlist says of a segment.</summary>
/// <param name="Number">Its media sequence number: one more than that of the segment before.</param>
/// <param name="Pts">Presentation time of its first picture or sound, on the channel's line.</param>
/// <param name="Duration">From there to the next segment's, or to the end of what there is to show.</param>
/// <param name="IsGap">Whether there is nothing in it that a player could show: nothing came, or it could not be cut at a key frame.</param>
public sealed record HlsEntry(long Number, ClockTime Pts, ClockTime Duration, bool IsGap = false)
{
    /// <summary>Where the next segment begins.</summary>
    public ClockTime End => Pts + Duration;
}
