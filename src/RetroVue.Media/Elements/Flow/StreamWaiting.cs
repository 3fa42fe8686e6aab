using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>
/// Decides how long the inputs of an interleaving element wait for one another, and marks the inputs that the others wait for.
/// </summary>
/// <remarks>For the thread that takes buffers out of the streams.</remarks>
internal sealed class StreamWaiting(List<InterleavedStream> streams)
{
    private bool _isShown;

    /// <summary>Returns true if live inputs have waited long enough for an empty one.</summary>
    /// <param name="awaited">The empty input.</param>
    /// <param name="silenceLimit">How long they wait, in media time, for an input that has a format but no buffer.</param>
    public bool IsOver(InterleavedStream awaited, ClockTime silenceLimit)
    {
        ClockTime newest = ClockTime.None;
        ClockTime longest = ClockTime.Zero;
        foreach (InterleavedStream stream in streams)
        {
            if (!stream.IsLive || stream.Peek() is not MediaBuffer)
            {
                continue;
            }

            if (stream.IsAtLimit)
            {
                return true;
            }

            if (stream.Newest is { IsNone: false } latest)
            {
                newest = newest.IsNone ? latest : ClockTime.Max(newest, latest);
                longest = ClockTime.Max(longest, stream.Span);
            }
        }

        if (awaited.SilentSince.IsNone)
        {
            awaited.SilentSince = newest;
        }

        // Both limits count: the media that the others have brought meanwhile, and the media that they hold. After a hole in their own
        // times they have not waited yet.
        return awaited.HasFormat && longest > silenceLimit && newest - awaited.SilentSince > silenceLimit;
    }

    /// <summary>Marks the streams that the others wait for while one is full; if none is full, removes the marks.</summary>
    /// <param name="earliest">The stream that comes first by its times; null if there is none.</param>
    /// <param name="isStarving">True if another stream is full.</param>
    public void Show(InterleavedStream? earliest, bool isStarving)
    {
        if (!isStarving && !_isShown)
        {
            return;
        }

        _isShown = isStarving;
        foreach (InterleavedStream stream in streams)
        {
            bool isAwaited = stream.IsUnsure || (!stream.HasEnded && stream.Peek() is null && (stream.CoveredUntil.IsNone || ReferenceEquals(stream, earliest)));
            stream.Gate.SetStarving(isStarving && isAwaited);
        }
    }
}
