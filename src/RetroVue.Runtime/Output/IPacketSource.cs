using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>What an output takes its packets from, or an encoder its pictures and sound. Taking is for the output's thread.</summary>
internal interface IPacketSource
{
    /// <summary>Called when there may be something to take; any thread.</summary>
    Action? Arrived { get; set; }

    /// <summary>Completes changes of hands that are due at a time on the channel's line.</summary>
    /// <param name="outputTime">Where the output is.</param>
    void Advance(ClockTime outputTime);

    /// <summary>True if there is something of every stream, so that an output can begin.</summary>
    /// <param name="now">Station time on the channel's line.</param>
    bool HasBegun(ClockTime now);

    /// <summary>The decoding time of the first buffer of a stream; None if there is none.</summary>
    ClockTime PeekTime(MediaKind kind);

    /// <summary>True if everything that is decoded before a time can be taken, or will never come.</summary>
    bool Covers(ClockTime time);

    /// <summary>
    /// The next buffer or format change of a stream, decoded before a time; the caller owns it. Null if there is none at the moment.
    /// </summary>
    FeedItem? TryTake(MediaKind kind, ClockTime before);
}
