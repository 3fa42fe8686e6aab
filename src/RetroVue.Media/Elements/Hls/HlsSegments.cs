using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>
/// Finished segments: those that wait to be listed, those that are listed, and those that have left the playlist but are still available.
/// </summary>
/// <remarks>One thread adds and updates; the other methods are for any thread.</remarks>
internal sealed class HlsSegments(HlsOptions options)
{
    private readonly Lock _lock = new();
    private readonly Queue<HlsSegment> _waiting = [];
    private readonly Queue<(HlsSegment Segment, ClockTime Until)> _removed = [];
    private readonly List<HlsSegment> _listed = [];
    private HlsPlaylist? _playlist;
    private ClockTime _began = ClockTime.None;
    private ClockTime _versionAt;
    private ClockTime _longest;

    public HlsPlaylist? Playlist => Volatile.Read(ref _playlist);

    /// <summary>Adds a finished segment and takes over its reference.</summary>
    public void Add(HlsSegment segment) => _waiting.Enqueue(segment);

    /// <summary>Makes a new version of the playlist if one is due, and drops segments that are no longer available.</summary>
    /// <param name="reached">The time of the stream's end.</param>
    /// <param name="now">Station time on the channel's line, as the PTS are.</param>
    public void Update(ClockTime reached, ClockTime now)
    {
        if (IsVersionDue(reached, now))
        {
            lock (_lock)
            {
                List(now);
            }
        }

        while (_removed.TryPeek(out (HlsSegment Segment, ClockTime Until) oldest) && now >= oldest.Until)
        {
            lock (_lock)
            {
                _removed.Dequeue().Segment.Dispose();
            }
        }
    }

    /// <summary>Returns a listed or removed segment with a reference for the caller; null if there is none.</summary>
    public HlsSegment? Open(long number)
    {
        lock (_lock)
        {
            foreach (HlsSegment segment in _listed)
            {
                if (segment.Entry.Number == number)
                {
                    return segment.Retain();
                }
            }

            foreach ((HlsSegment segment, _) in _removed)
            {
                if (segment.Entry.Number == number)
                {
                    return segment.Retain();
                }
            }
        }

        return null;
    }

    public void Clear()
    {
        lock (_lock)
        {
            _listed.ForEach(segment => segment.Dispose());
            _listed.Clear();
            while (_removed.TryDequeue(out (HlsSegment Segment, ClockTime Until) removed))
            {
                removed.Segment.Dispose();
            }

            while (_waiting.TryDequeue(out HlsSegment? waiting))
            {
                waiting.Dispose();
            }
        }
    }

    private bool IsVersionDue(ClockTime reached, ClockTime now)
    {
        if (!_waiting.TryPeek(out HlsSegment? next) || next.Entry.End > now)
        {
            return false;
        }

        ClockTime ready = _waiting.Last(segment => segment.Entry.End <= now).Entry.End - next.Entry.Pts;
        if (Playlist is null)
        {
            // The first version is long enough for a player until the next one, which it may request 1.5 target durations later (RFC 8216
            // 6.3.4). A stream that began in the past should first catch up, unless that takes too long.
            _began = _began.IsNone ? now : _began;
            return now - reached <= options.Lead
                ? ready >= options.Target * 5 / 2
                : ready >= options.Target * 3 && now - _began >= options.Target / 2;
        }

        // A short segment waits for the next one: a client that finds a new segment asks again only after a target duration.
        ClockTime passed = now - _versionAt;
        return passed >= options.Target / 2 && (ready >= options.Target / 2 || passed >= options.Target);
    }

    /// <summary>Lists the segments that have been on the air, and removes those beyond the window.</summary>
    private void List(ClockTime now)
    {
        // Never so many at once that a client with the version before finds none of its segments.
        ClockTime most = _waiting.Peek().Entry.Pts + (options.Target * (options.Window - 1));
        while (_waiting.TryPeek(out HlsSegment? next) && next.Entry.End <= ClockTime.Min(now, most))
        {
            _listed.Add(_waiting.Dequeue());
        }

        ClockTime end = _listed[^1].Entry.End;
        while (end - _listed[0].Entry.End >= options.Target * options.Window)
        {
            HlsEntry removed = _listed[0].Entry;
            // The last version that a client has read may be an earlier one.
            _removed.Enqueue((_listed[0], now + removed.Duration + _longest));
            _listed.RemoveAt(0);
        }

        _longest = ClockTime.Max(_longest, end - _listed[0].Entry.Pts);
        _versionAt = now;
        Volatile.Write(ref _playlist, new HlsPlaylist([.. _listed.Select(segment => segment.Entry)], options));
    }
}
