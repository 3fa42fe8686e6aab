using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>The packets of an encoder, in the order in which it gives them out.</summary>
/// <param name="Format">The format of the packets.</param>
/// <param name="Packets">The packets, each with its presentation time.</param>
internal sealed record CodedStream(EncodedFormat Format, IReadOnlyList<(ClockTime Pts, byte[] Data)> Packets);
