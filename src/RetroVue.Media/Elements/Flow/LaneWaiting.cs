using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>How the inputs of an interleaving element wait for one another: for how long, and whether those waited for know it.</summary>
/// <remarks>For the thread that takes.</remarks>
internal sealed class LaneWaiting(List<InterleavingLane> lanes)
{
    private bool _isShown;

    /// <summary>True if live inputs have waited long enough for an empty one.</summary>
    /// <param name="awaited">The empty one.</param>
    /// <param name="silenceLimit">How long they wait, in media time, for one that has a format and brings nothing.</param>
    public bool IsOver(InterleavingLane awaited, ClockTime silenceLimit)
    {
        ClockTime newest = ClockTime.None;
        ClockTime longest = ClockTime.Zero;
        foreach (InterleavingLane lane in lanes)
        {
            if (!lane.IsLive || lane.Peek() is not MediaBuffer)
            {
                continue;
            }

            if (lane.IsAtLimit)
            {
                return true;
            }

            if (lane.Newest is { IsNone: false } latest)
            {
                newest = newest.IsNone ? latest : ClockTime.Max(newest, latest);
                longest = ClockTime.Max(longest, lane.Span);
            }
        }

        if (awaited.SilentSince.IsNone)
        {
            awaited.SilentSince = newest;
        }

        // Both by the media that the others have brought meanwhile and by the media they hold: after a hole in their own times they have
        // not waited yet.
        return awaited.HasFormat && longest > silenceLimit && newest - awaited.SilentSince > silenceLimit;
    }

    /// <summary>Marks the lanes that are waited for while another one is full; otherwise removes the marks.</summary>
    /// <param name="earliest">The lane that comes first by its times; null if there is none.</param>
    /// <param name="isStarving">True if another lane is full.</param>
    public void Show(InterleavingLane? earliest, bool isStarving)
    {
        if (!isStarving && !_isShown)
        {
            return;
        }

        _isShown = isStarving;
        foreach (InterleavingLane lane in lanes)
        {
            bool isAwaited = lane.IsUnsure || (!lane.HasEnded && lane.Peek() is null && (lane.CoveredUntil.IsNone || ReferenceEquals(lane, earliest)));
            lane.Gate.SetStarving(isStarving && isAwaited);
        }
    }
}
