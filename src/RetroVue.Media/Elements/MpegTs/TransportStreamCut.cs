using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// A place in the stream where a viewer can join and a segment can begin: the tables, then a key frame, or for sound alone the start
/// of a PES.
/// </summary>
/// <param name="Pts">Presentation time of the key frame or of the PES's first sound, as the packet carried it.</param>
/// <param name="OutputTime">The output time at which the place goes out.</param>
public readonly record struct TransportStreamCut(ClockTime Pts, ClockTime OutputTime);
