using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>The source of an output's packets, or of an encoder's pictures and sound. Only the output's thread takes from it.</summary>
internal interface IPacketSource
{
    /// <summary>Called when there may be something to take; any thread.</summary>
    Action? Arrived { get; set; }

    /// <summary>Completes switches that are due at a time on the channel's line.</summary>
    /// <param name="outputTime">The time that the output has reached.</param>
    void Advance(ClockTime outputTime);

    /// <summary>True if there is media of each stream, so that an output can begin.</summary>
    /// <param name="now">Station time on the channel's line.</param>
    bool HasBegun(ClockTime now);

    /// <summary>Returns the decoding time of the first buffer of a stream; None if there is none.</summary>
    ClockTime PeekTime(MediaKind kind);

    /// <summary>True if all media that is decoded before a time has arrived, or will never arrive.</summary>
    bool Covers(ClockTime time);

    /// <summary>
    /// Takes the next buffer or format change of a stream if it is decoded before a time; the caller owns it. Null if there is none at the
    /// moment.
    /// </summary>
    FeedItem? TryTake(MediaKind kind, ClockTime before);
}
