using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Packets of an encoder, in their order.</summary>
/// <param name="Format">What they are.</param>
/// <param name="Packets">Each with its presentation time.</param>
internal sealed record CodedStream(EncodedFormat Format, IReadOnlyList<(ClockTime Pts, byte[] Data)> Packets);
