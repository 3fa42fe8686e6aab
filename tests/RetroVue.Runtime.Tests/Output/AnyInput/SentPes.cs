using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A PES packet of a received transport stream.</summary>
/// <param name="Kind">Whose.</param>
/// <param name="Pts">Its presentation time.</param>
/// <param name="Dts">Its decoding time.</param>
/// <param name="Bytes">What it carries, without its header.</param>
/// <param name="SentAt">The clock reference before it.</param>
internal sealed record SentPes(MediaKind Kind, ClockTime Pts, ClockTime Dts, int Bytes, ClockTime SentAt);
