using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>
/// Cuts a transport stream into segments of HLS (RFC 8216), in memory: at the first cut, a key frame with its tables, at or after each
/// multiple of <see cref="HlsOptions.Grid"/> since 1970, by the PTS and <see cref="HlsOptions.EpochUnixNanoseconds"/>.
/// </summary>
/// <remarks>
/// <para>A segment's number is the index of that multiple, so it follows from the PTS alone: after a restart, and on another machine that
/// takes over the same line, numbers and cuts go on as before. Only the very first segment may begin later than its multiple. Where key
/// frames are farther apart than the grid a number is skipped; as a playlist cannot say that, it begins anew with that segment.</para>
/// <para>Appending is for one thread; <see cref="Playlist"/> and <see cref="Open"/> are for any.</para>
/// </remarks>
public sealed class HlsSegmenter : IDisposable
{
    private readonly HlsOptions _options;
    private readonly Lock _lock = new();
    private readonly Queue<HlsSegment> _segments = [];
    private readonly List<MediaBuffer> _open = [];
    private readonly List<HlsEntry> _listed = [];
    private HlsPlaylist? _playlist;
    private long _number;
    private ClockTime _begin = ClockTime.None;
    private bool _isDiscontinuous;
    private bool _isNextDiscontinuous;
    private long _discontinuitiesGone;
    private ClockTime _longest;

    /// <summary>A segmenter.</summary>
    /// <exception cref="ArgumentException">A value of the options makes no sense.</exception>
    public HlsSegmenter(HlsOptions? options = null)
    {
        _options = options ?? new HlsOptions();
        _options.Validate();
        _longest = _options.Grid;
    }

    /// <summary>The playlist as of the last finished segment; null before the first.</summary>
    public HlsPlaylist? Playlist => Volatile.Read(ref _playlist);

    /// <summary>Adds what the writer gave out, and takes the buffer's reference over. What comes before the first cut is dropped.</summary>
    public void Append(TransportStreamChunk chunk)
    {
        if (chunk.Cut is { } cut)
        {
            TakeCut(cut);
        }

        if (_begin.IsNone)
        {
            chunk.Buffer.Release();
        }
        else
        {
            _open.Add(chunk.Buffer);
        }
    }

    /// <summary>Says that times or formats change: the next cut begins a segment marked so, if one is due by the grid or not.</summary>
    public void MarkDiscontinuity() => _isNextDiscontinuous = !_begin.IsNone;

    /// <summary>A segment by its number, to be disposed by the caller; null where it does not exist or not any more.</summary>
    public HlsSegment? Open(long number)
    {
        lock (_lock)
        {
            foreach (HlsSegment segment in _segments)
            {
                if (segment.Entry.Number == number)
                {
                    return segment.Retain();
                }
            }
        }

        return null;
    }

    /// <summary>Drops all segments. Those opened stay valid until they are disposed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            while (_segments.TryDequeue(out HlsSegment? segment))
            {
                segment.Dispose();
            }
        }

        _open.ForEach(buffer => buffer.Release());
        _open.Clear();
        _begin = ClockTime.None;
    }

    private void TakeCut(TransportStreamCut cut)
    {
        // A playlist's first number must not be negative: before 1970 there is but the first moment's run-up, which belongs to segment 0.
        long index = Math.Max(0, FloorDivide(_options.EpochUnixNanoseconds + cut.Pts.Nanoseconds, _options.Grid.Nanoseconds));
        if (_begin.IsNone)
        {
            Begin(index, cut.Pts);
        }
        else if (index > _number || _isNextDiscontinuous)
        {
            // A segment cut short by a discontinuity cannot share its number with what follows.
            long next = Math.Max(index, _number + 1);
            Finish(cut.Pts);
            Begin(next, cut.Pts);
        }
    }

    private void Begin(long number, ClockTime pts)
    {
        (_number, _begin) = (number, pts);
        (_isDiscontinuous, _isNextDiscontinuous) = (_isNextDiscontinuous, false);
    }

    private void Finish(ClockTime end)
    {
        var entry = new HlsEntry(_number, _begin, end - _begin, _isDiscontinuous);
        var segment = new HlsSegment(entry, [.. _open]);
        _open.Clear();
        _longest = ClockTime.Max(_longest, entry.Duration);
        if (_listed.Count > 0 && _listed[^1].Number + 1 != entry.Number)
        {
            Unlist(_listed.Count);
        }

        _listed.Add(entry);
        Unlist(_listed.Count - _options.Window);
        lock (_lock)
        {
            _segments.Enqueue(segment);
            while (_segments.Count > _options.Window + _options.Kept)
            {
                _segments.Dequeue().Dispose();
            }
        }

        Volatile.Write(ref _playlist, new HlsPlaylist([.. _listed], _discontinuitiesGone, _longest, _options.EpochUnixNanoseconds));
    }

    private void Unlist(int count)
    {
        for (; count > 0; count--)
        {
            _discontinuitiesGone += _listed[0].IsDiscontinuous ? 1 : 0;
            _listed.RemoveAt(0);
        }
    }

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);
}
