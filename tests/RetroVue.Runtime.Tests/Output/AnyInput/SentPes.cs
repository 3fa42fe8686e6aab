using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A PES packet of a received transport stream.</summary>
/// <param name="Kind">The kind of the packet's stream.</param>
/// <param name="Pts">Its presentation time.</param>
/// <param name="Dts">Its decoding time.</param>
/// <param name="Marks">The marks of the coded packets in it that have one, in their order.</param>
/// <param name="SentAt">The last clock reference before the packet.</param>
internal sealed record SentPes(MediaKind Kind, ClockTime Pts, ClockTime Dts, IReadOnlyList<Mark> Marks, ClockTime SentAt)
{
    /// <summary>Returns true if it is a packet of the item.</summary>
    public bool IsOf(char item) => Marks.Count > 0 && Marks[0].Item == item;
}
