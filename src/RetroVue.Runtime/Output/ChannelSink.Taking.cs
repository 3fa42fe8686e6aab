using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>The output's side: what it looks at and takes, and how it moves an item's beginning and end.</summary>
public sealed partial class ChannelSink
{
    /// <summary>True if the item has a stream of this kind.</summary>
    internal bool Has(MediaKind kind) => Find(kind) is not null;

    /// <summary>The decoding time of the oldest buffer of a stream; None if there is none at the moment.</summary>
    internal ClockTime FirstTime(MediaKind kind)
    {
        lock (_lock)
        {
            ClockTime first = Find(kind)?.FirstBuffer()?.DecodeOrder ?? ClockTime.None;
            _isAwaited |= first.IsNone;
            return first;
        }
    }

    /// <summary>
    /// Takes the oldest buffer, whose reference the caller now owns, where it is decoded before a time, or event of a stream. Looked at
    /// and taken as one, because the item may be discarded by another thread. Null if there is none.
    /// </summary>
    internal FeedItem? TryTake(MediaKind kind, ClockTime before)
    {
        FeedItem item;
        lock (_lock)
        {
            if (Find(kind) is not { } lane)
            {
                return null;
            }

            Want(before);
            FeedItem? next = lane.Peek();
            _isAwaited |= next is null;
            if (next is null || (next?.Buffer is { } oldest && !(oldest.DecodeOrder < before)))
            {
                return null;
            }

            item = lane.Take();
            UpdateGate();
        }

        ReportEndOnce();
        return item with { Tag = Tag };
    }

    /// <summary>True if nothing more comes of a stream, or there never was one, and all has been taken.</summary>
    internal bool IsDrained(MediaKind kind)
    {
        lock (_lock)
        {
            return Find(kind) is not { } lane || (lane.HasEnded && lane.Count == 0);
        }
    }

    /// <summary>When the last of what has come is no longer presented; None if nothing has.</summary>
    internal ClockTime PresentedUntil
    {
        get
        {
            lock (_lock)
            {
                ClockTime last = ClockTime.None;
                foreach (ChannelLane lane in _lanes)
                {
                    last = last.IsNone || lane.PresentedUntil > last ? lane.PresentedUntil : last;
                }

                return last;
            }
        }
    }

    /// <summary>
    /// True if everything that is decoded before a time has come, of every stream, or nothing more can be held. What has not come is
    /// read from now on.
    /// </summary>
    internal bool Covers(ClockTime time)
    {
        lock (_lock)
        {
            Want(time);
            return Awaits(IsFull || _lanes.TrueForAll(lane => lane.Covers(time)));
        }
    }

    /// <summary>
    /// True if everything of a stream that is decoded before a time has come, or nothing more can be held. What has not come is read
    /// from now on.
    /// </summary>
    internal bool Covers(MediaKind kind, ClockTime time)
    {
        lock (_lock)
        {
            Want(time);
            return Awaits(IsFull || Find(kind) is not { } lane || lane.Covers(time));
        }
    }

    /// <summary>True if something has come of every stream, or it has ended.</summary>
    internal bool HasBegun()
    {
        lock (_lock)
        {
            return Awaits(IsFull || _lanes.TrueForAll(lane => lane.HasEnded || !lane.Newest.IsNone));
        }
    }

    /// <summary>How far the item has come: the newest decoding time of any stream; None before anything has come, MaxValue at the end.</summary>
    internal ClockTime Reached()
    {
        lock (_lock)
        {
            ClockTime reached = ClockTime.None;
            bool hasEnded = true;
            foreach (ChannelLane lane in _lanes)
            {
                hasEnded &= lane.HasEnded;
                reached = reached.IsNone || lane.Newest > reached ? lane.Newest : reached;
            }

            return hasEnded ? ClockTime.MaxValue : reached;
        }
    }

    /// <summary>
    /// Lets the item begin, with every stream, at its first key frame, or at its first sound where it has no picture, and says when that is
    /// presented; None while there is nothing. Before it goes on the air.
    /// </summary>
    internal ClockTime BeginTogether()
    {
        lock (_lock)
        {
            ClockTime first = (Find(MediaKind.Video) ?? Find(MediaKind.Audio))?.FirstBuffer()?.Pts ?? ClockTime.None;
            _isAwaited |= first.IsNone;
            if (!first.IsNone)
            {
                From = first;
                _lanes.ForEach(lane => lane.DropBefore(first));
                UpdateGate();
            }

            return first;
        }
    }

    /// <summary>Lets the item begin later than it was scheduled to, with the first key frame then. Before it goes on the air.</summary>
    internal void BeginAt(ClockTime from)
    {
        lock (_lock)
        {
            if (from > From)
            {
                From = from;
                _lanes.ForEach(lane => lane.BeginAt(from));
                UpdateGate();
            }
        }
    }

    /// <summary>Ends the item earlier than it was scheduled to end.</summary>
    internal void EndAt(ClockTime until)
    {
        lock (_lock)
        {
            Until = ClockTime.Min(Until, until);
            _lanes.ForEach(lane => lane.EndAt(until - Tick));
            UpdateGate();
        }

        ReportEndOnce();
        Arrived?.Invoke();
    }

    /// <summary>Ends the item later than it was scheduled to end.</summary>
    /// <returns>False, and nothing changes, if a stream has come to its end already.</returns>
    internal bool TryExtend(ClockTime until)
    {
        lock (_lock)
        {
            if (_lanes.Exists(lane => lane.HasEnded))
            {
                return false;
            }

            Until = ClockTime.Max(Until, until);
            return true;
        }
    }

    /// <summary>Says that nothing more comes, as after a failure.</summary>
    internal void EndAll()
    {
        lock (_lock)
        {
            _lanes.ForEach(lane => lane.End());

            UpdateGate();
        }

        ReportEndOnce();
        Arrived?.Invoke();
    }

    /// <summary>Drops what has not been taken; the item is off the air.</summary>
    internal void Discard()
    {
        lock (_lock)
        {
            foreach (ChannelLane lane in _lanes)
            {
                lane.End();
                lane.Clear();
            }

            UpdateGate();
        }

        ReportEndOnce();
        // What waited for this item's next packets goes on without them.
        Arrived?.Invoke();
    }
}
