using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>The transport stream's bytes of one granule, and the places in them where a viewer can join.</summary>
/// <remarks>
/// Immutable, shared by all who stream it. <see cref="Data"/> is counted by reference: who keeps the chunk beyond the call that handed it
/// over retains it.
/// </remarks>
public sealed class TransportChunk
{
    internal TransportChunk(long number, ClockTime outputTime, MediaBuffer data, IReadOnlyList<(int Offset, TransportStreamCut Cut)> cuts)
    {
        Number = number;
        OutputTime = outputTime;
        Data = data;
        Cuts = cuts;
    }

    /// <summary>The granule's index on the channel's line; the next chunk's is one more, except after a jump.</summary>
    public long Number { get; }

    /// <summary>Station time on the channel's line up to which the bytes go.</summary>
    public ClockTime OutputTime { get; }

    /// <summary>Whole transport packets; may be empty.</summary>
    public MediaBuffer Data { get; }

    /// <summary>Byte offsets of the places where a viewer can join, in order.</summary>
    public IReadOnlyList<(int Offset, TransportStreamCut Cut)> Cuts { get; }
}
