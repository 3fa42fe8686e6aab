using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>A place in the stream where a viewer can join or a segment can begin, with the tables before it.</summary>
/// <param name="Pts">Presentation time of the key frame or of the PES's first sound, as the packet carried it.</param>
/// <param name="OutputTime">The output time at which the place goes out.</param>
/// <param name="Kind">What begins there.</param>
public readonly record struct TransportStreamCut(
    ClockTime Pts, ClockTime OutputTime, TransportStreamCutKind Kind = TransportStreamCutKind.Whole);
