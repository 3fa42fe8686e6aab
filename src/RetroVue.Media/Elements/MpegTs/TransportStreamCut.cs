using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>A place in the stream at which a viewer can join or a segment can begin; tables precede it.</summary>
/// <param name="Pts">Presentation time of the key frame, or of the first sound in the PES, as in the packet.</param>
/// <param name="OutputTime">The output time of the place.</param>
/// <param name="Kind">The kind of cut.</param>
public readonly record struct TransportStreamCut(
    ClockTime Pts, ClockTime OutputTime, TransportStreamCutKind Kind = TransportStreamCutKind.Whole);
