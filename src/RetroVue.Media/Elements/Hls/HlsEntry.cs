using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>What a playlist says of a segment.</summary>
/// <param name="Number">Its media sequence number: the index of the grid's multiple that it is cut at.</param>
/// <param name="Pts">Presentation time of its first picture or sound, on the channel's line.</param>
/// <param name="Duration">From there to the next segment's.</param>
/// <param name="IsDiscontinuous">Whether its times or formats do not follow on the segment before.</param>
public sealed record HlsEntry(long Number, ClockTime Pts, ClockTime Duration, bool IsDiscontinuous);
