using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>What one input of an interleaving element has brought and is not taken yet.</summary>
/// <remarks>
/// One thread adds, one takes. An input without live sources is bounded in items, for it can be held back. One with a live source is
/// bounded in bytes, far above what others may lag: while it is not read its source loses media.
/// </remarks>
internal sealed class InterleavingLane(InputPad pad, RoomGate gate, int capacity)
{
    /// <summary>What a live input stores at most: 90 s at 6 Mbit/s.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    /// <summary>
    /// How far a live input's newest may be ahead of its oldest: x264 holds 40 pictures of look-ahead, 3 B-frames and one for each of some
    /// 24 threads, 71 s at one picture a second.
    /// </summary>
    private static readonly ClockTime s_longest = ClockTime.FromSeconds(90);

    /// <summary>Buffers in a row that go back, after which it is no accident.</summary>
    private const int MostStrays = 4;

    /// <summary>What may go back without being a line of its own; FFmpeg takes as much.</summary>
    private static readonly ClockTime s_mostBack = ClockTime.FromMilliseconds(100);

    /// <summary>The same for buffers without decoding times, whose presentation times come in another order.</summary>
    private static readonly ClockTime s_mostBackReordered = ClockTime.FromSeconds(1);

    /// <summary>A duration above this is not believed: the distance from the buffer before counts, which is as long in a slide show.</summary>
    private static readonly ClockTime s_longestDuration = ClockTime.FromSeconds(60);

    private readonly HandOverQueue<object> _items = new();

    // Of the adding thread.
    private Segment _addedSegment = Segment.Default;
    private long _addedBytes;
    private long _newest = ClockTime.None.Nanoseconds;

    // Of the taking thread.
    private readonly Queue<object> _first = new();
    private Segment _announced = Segment.Default;
    private MediaBuffer? _looked;
    private ClockTime _last = ClockTime.None;
    private ClockTime _step = ClockTime.Zero;
    private ClockTime _shown = ClockTime.None;
    private ClockTime _shownUntil = ClockTime.None;
    private long _takenBytes;

    public InputPad Pad { get; } = pad;

    public RoomGate Gate { get; } = gate;

    /// <summary>True if a live source feeds the input. Set while no step runs.</summary>
    public bool IsLive { get; set; }

    /// <summary>What the times count on: the segment that was announced, moved by <see cref="LineShifts"/>.</summary>
    public Segment Segment { get; private set; } = Segment.Default;

    /// <summary>The line of <see cref="LineShifts"/> that it is on.</summary>
    public int Line { get; private set; }

    /// <summary>True if the next buffer goes back in time, and what comes after it decides whether that is an accident.</summary>
    public bool IsUnsure { get; private set; }

    /// <summary>The running time until which nothing comes; None if that was not said.</summary>
    public ClockTime CoveredUntil { get; set; } = ClockTime.None;

    public bool HasEnded { get; set; }

    /// <summary>True once a format was taken.</summary>
    public bool HasFormat { get; set; }

    /// <summary>True if the others went on before a format came: what comes later has no place in what was begun without it.</summary>
    public bool IsLeftOut { get; set; }

    /// <summary>How many buffers with a presentation time were taken.</summary>
    public long Timed { get; private set; }

    /// <summary>How many were left out because they had none.</summary>
    public long Untimed { get; set; }

    /// <summary>How far the live inputs had come when this one was found empty; None while it has something.</summary>
    public ClockTime SilentSince { get; set; } = ClockTime.None;

    /// <summary>The running time of what comes next. A buffer without times follows at once.</summary>
    public ClockTime Position => Peek() is MediaBuffer buffer
        ? buffer.DecodeOrder.IsNone ? -ClockTime.MaxValue : Segment.ToRunningTime(buffer.DecodeOrder)
        : CoveredUntil;

    /// <summary>The running time of what came last; None before the first.</summary>
    public ClockTime Newest => ClockTime.FromNanoseconds(Volatile.Read(ref _newest));

    /// <summary>How far what came last is ahead of what comes next; zero if either has no time.</summary>
    public ClockTime Span => Peek() is MediaBuffer { DecodeOrder.IsNone: false } && !Newest.IsNone ? Newest - Position : ClockTime.Zero;

    /// <summary>True if a live input stores as much as it may.</summary>
    public bool IsAtLimit => IsLive && (!Gate.IsOpen || Span >= s_longest);

    public object? Peek() => _first.TryPeek(out object? item) || _items.TryPeek(out item) ? item : null;

    public void Take()
    {
        if (Peek() is MediaBuffer buffer)
        {
            Volatile.Write(ref _takenBytes, _takenBytes + buffer.Data.Length);
            Timed += buffer.Pts.IsNone ? 0 : 1;
            if (!buffer.DecodeOrder.IsNone)
            {
                ClockTime time = Segment.ToRunningTime(buffer.DecodeOrder);
                _step = buffer.Duration > ClockTime.Zero && buffer.Duration <= s_longestDuration ? buffer.Duration : time > _last ? time - _last : _step;
                _last = _last.IsNone || time > _last ? time : _last;
                ClockTime shown = Segment.ToRunningTime(buffer.Pts);
                if (_shown.IsNone || shown >= _shown)
                {
                    // The newest picture says until when; the one before it ended where this one begins, whatever it said.
                    (_shown, _shownUntil) = (shown, shown + _step);
                }
            }
        }

        _looked = null;
        if (!_first.TryDequeue(out _))
        {
            Dequeue();
        }
    }

    /// <summary>Takes over a segment that was announced.</summary>
    public void Announce(Segment segment, LineShifts shifts)
    {
        _announced = segment;
        Segment = segment with { Offset = segment.Offset + shifts[Line] };
    }

    /// <summary>Moves the segment where the next buffer lies on another line than the last, or the line was moved.</summary>
    /// <remarks>Not of a live source, whose times are those of its clock: what comes late there is late.</remarks>
    /// <param name="shifts">The lines of all lanes.</param>
    /// <param name="isStopping">True if nothing more comes.</param>
    /// <returns>True if the segment is another one now.</returns>
    public bool FollowLine(LineShifts shifts, bool isStopping)
    {
        if (IsLive || Peek() is not MediaBuffer buffer || (ReferenceEquals(buffer, _looked) && !IsUnsure && Segment.Offset == _announced.Offset + shifts[Line]))
        {
            return false;
        }

        bool? goesOn = IsStray(buffer) ? GoesOnThere(isStopping) : false;
        IsUnsure = goesOn is null;
        if (goesOn == true)
        {
            // Decoded and presented after what came before; if the first decoding times are missing, only the presentation tells.
            (ClockTime decoded, ClockTime shown) = (_announced.ToRunningTime(buffer.DecodeOrder), _announced.ToRunningTime(buffer.Pts));
            Line = _shownUntil - shown > _last + _step - decoded ? shifts.Next(Line, shown, _shownUntil) : shifts.Next(Line, decoded, _last + _step);
        }

        _looked = buffer;
        ClockTime offset = _announced.Offset + shifts[Line];
        if (Segment.Offset == offset)
        {
            return false;
        }

        Segment = _announced with { Offset = offset };
        return true;
    }

    public void Add(object item)
    {
        switch (item)
        {
            case MediaBuffer buffer:
                Volatile.Write(ref _addedBytes, _addedBytes + buffer.Data.Length);
                if (!buffer.DecodeOrder.IsNone)
                {
                    Volatile.Write(ref _newest, _addedSegment.ToRunningTime(buffer.DecodeOrder).Nanoseconds);
                }

                break;
            case Segment segment:
                _addedSegment = segment;
                break;
        }

        _items.Enqueue(item);
        if (IsLive ? StoredBytes >= MaxBytes : _items.Count >= capacity)
        {
            Gate.Close();
            if (IsHalfEmpty)
            {
                Gate.Open();
            }
        }
    }

    /// <summary>Releases what has not been taken; nothing comes any more.</summary>
    public void Clear()
    {
        while (_first.TryDequeue(out object? item) || _items.TryDequeue(out item))
        {
            (item as MediaBuffer)?.Release();
        }
    }

    private long StoredBytes => Volatile.Read(ref _addedBytes) - Volatile.Read(ref _takenBytes);

    private bool IsHalfEmpty => IsLive ? StoredBytes <= MaxBytes / 2 : _items.Count <= capacity / 2;

    /// <summary>True if a buffer would be presented before what was taken already.</summary>
    private bool IsStray(MediaBuffer buffer) =>
        Segment.ToRunningTime(buffer.Pts) < _last - (buffer.Dts.IsNone ? s_mostBackReordered : s_mostBack);

    /// <summary>Whether buffers after a stray go on where it lies; null if that is not known yet.</summary>
    private bool? GoesOnThere(bool isStopping)
    {
        while (true)
        {
            int strays = 0;
            foreach (object item in _first)
            {
                if (item is MediaBuffer buffer && !IsStray(buffer))
                {
                    return false;
                }

                strays += item is MediaBuffer ? 1 : 0;
                if (item is EndOfStream or Pipelines.Segment || strays == MostStrays)
                {
                    return strays > 1;
                }
            }

            if (!_items.TryPeek(out object? next))
            {
                return isStopping ? strays > 1 : null;
            }

            _first.Enqueue(next);
            Dequeue();
        }
    }

    private void Dequeue()
    {
        _items.TryDequeue(out _);
        Interlocked.MemoryBarrier();
        if (!Gate.IsOpen && IsHalfEmpty)
        {
            Gate.Open();
        }
    }
}
