using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A PES packet of a received transport stream.</summary>
/// <param name="Kind">Whose.</param>
/// <param name="Pts">Its presentation time.</param>
/// <param name="Dts">Its decoding time.</param>
/// <param name="Marks">Of each packet in it that has one, in their order.</param>
/// <param name="SentAt">The clock reference before it.</param>
internal sealed record SentPes(MediaKind Kind, ClockTime Pts, ClockTime Dts, IReadOnlyList<Mark> Marks, ClockTime SentAt)
{
    /// <summary>True where it is a packet of an item.</summary>
    public bool IsOf(char item) => Marks.Count > 0 && Marks[0].Item == item;
}
