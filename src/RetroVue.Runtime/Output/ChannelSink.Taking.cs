using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>The side of the output: it looks at buffers and takes them, and moves an item's beginning and end.</summary>
public sealed partial class ChannelSink
{
    /// <summary>True if the item has a stream of this kind.</summary>
    internal bool Has(MediaKind kind) => Find(kind) is not null;

    /// <summary>Returns the decoding time of the oldest buffer of a stream; None if there is none at the moment.</summary>
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
    /// Takes the oldest buffer of a stream if it is decoded before a time, or the oldest event. The caller owns the reference. The check
    /// and the removal are one step, because another thread may discard the item. Null if there is none.
    /// </summary>
    internal FeedItem? TryTake(MediaKind kind, ClockTime before)
    {
        FeedItem item;
        lock (_lock)
        {
            if (Find(kind) is not { } stream)
            {
                return null;
            }

            Want(before);
            FeedItem? next = stream.Peek();
            _isAwaited |= next is null;
            if (next is null || (next?.Buffer is { } oldest && !(oldest.DecodeOrder < before)))
            {
                return null;
            }

            item = stream.Take();
            UpdateGate();
        }

        ReportEndOnce();
        return item with { Tag = Tag };
    }

    /// <summary>True if all buffers of a stream have been taken and no more come, or if the item has no such stream.</summary>
    internal bool IsDrained(MediaKind kind)
    {
        lock (_lock)
        {
            return Find(kind) is not { } stream || (stream.HasEnded && stream.Count == 0);
        }
    }

    /// <summary>The end of the presentation of all buffers so far; None before the first.</summary>
    internal ClockTime PresentedUntil
    {
        get
        {
            lock (_lock)
            {
                ClockTime last = ClockTime.None;
                foreach (ItemStream stream in _streams)
                {
                    last = last.IsNone || stream.PresentedUntil > last ? stream.PresentedUntil : last;
                }

                return last;
            }
        }
    }

    /// <summary>
    /// True if all media that is decoded before a time has come, of each stream, or if the sink cannot hold more. The sink reads the
    /// missing media from now on.
    /// </summary>
    internal bool Covers(ClockTime time)
    {
        lock (_lock)
        {
            Want(time);
            return Awaits(IsFull || _streams.TrueForAll(stream => stream.Covers(time)));
        }
    }

    /// <summary>
    /// True if all media of a stream that is decoded before a time has come, or if the sink cannot hold more. The sink reads the missing
    /// media from now on.
    /// </summary>
    internal bool Covers(MediaKind kind, ClockTime time)
    {
        lock (_lock)
        {
            Want(time);
            return Awaits(IsFull || Find(kind) is not { } stream || stream.Covers(time));
        }
    }

    /// <summary>True if each stream has media or has ended.</summary>
    internal bool HasBegun()
    {
        lock (_lock)
        {
            return Awaits(IsFull || _streams.TrueForAll(stream => stream.HasEnded || !stream.Newest.IsNone));
        }
    }

    /// <summary>Returns the newest decoding time of any stream; None before anything has come, MaxValue at the end.</summary>
    internal ClockTime Reached()
    {
        lock (_lock)
        {
            ClockTime reached = ClockTime.None;
            bool hasEnded = true;
            foreach (ItemStream stream in _streams)
            {
                hasEnded &= stream.HasEnded;
                reached = reached.IsNone || stream.Newest > reached ? stream.Newest : reached;
            }

            return hasEnded ? ClockTime.MaxValue : reached;
        }
    }

    /// <summary>
    /// Lets all streams of the item begin at its first key frame, or at its first sound if it has no picture. Returns the presentation time
    /// of that beginning; None if nothing has come. To be called before the item goes on the air.
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
                _streams.ForEach(stream => stream.DropBefore(first));
                UpdateGate();
            }

            return first;
        }
    }

    /// <summary>
    /// Lets the item begin later than scheduled, with the first key frame from that time on. To be called before the item goes on the air.
    /// </summary>
    internal void BeginAt(ClockTime from)
    {
        lock (_lock)
        {
            if (from > From)
            {
                From = from;
                _streams.ForEach(stream => stream.BeginAt(from));
                UpdateGate();
            }
        }
    }

    /// <summary>Ends the item earlier than scheduled.</summary>
    internal void EndAt(ClockTime until)
    {
        lock (_lock)
        {
            Until = ClockTime.Min(Until, until);
            _streams.ForEach(stream => stream.EndAt(until - Tick));
            UpdateGate();
        }

        ReportEndOnce();
        Arrived?.Invoke();
    }

    /// <summary>Ends the item later than scheduled.</summary>
    /// <returns>False, without any change, if a stream has ended already.</returns>
    internal bool TryExtend(ClockTime until)
    {
        lock (_lock)
        {
            if (_streams.Exists(stream => stream.HasEnded))
            {
                return false;
            }

            Until = ClockTime.Max(Until, until);
            return true;
        }
    }

    /// <summary>Notes that no more media comes, as after a failure.</summary>
    internal void EndAll()
    {
        lock (_lock)
        {
            _streams.ForEach(stream => stream.End());

            UpdateGate();
        }

        ReportEndOnce();
        Arrived?.Invoke();
    }

    /// <summary>Drops the media that has not been taken; the item is off the air.</summary>
    internal void Discard()
    {
        lock (_lock)
        {
            foreach (ItemStream stream in _streams)
            {
                stream.End();
                stream.Clear();
            }

            UpdateGate();
        }

        ReportEndOnce();
        // The output, if it waits for this item's next packets, goes on without them.
        Arrived?.Invoke();
    }
}
