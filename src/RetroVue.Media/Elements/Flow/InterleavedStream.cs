using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>The stored buffers and events of one input of an interleaving element.</summary>
/// <remarks>
/// One thread adds, one takes. An input without live sources is limited in items, because it can wait. An input with a live source is
/// limited in bytes, far above the usual lag of the others, because its source loses media while it waits.
/// </remarks>
internal sealed class InterleavedStream(InputPad pad, RoomGate gate, int capacity)
{
    /// <summary>The maximum number of bytes that a live input stores: 90 s at 6 Mbit/s.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    /// <summary>
    /// The longest time from a live input's oldest to its newest buffer: x264 holds 40 pictures of look-ahead, 3 B-frames and one for each
    /// of about 24 threads, which is 71 s at one picture per second.
    /// </summary>
    private static readonly ClockTime s_longest = ClockTime.FromSeconds(90);

    /// <summary>The number of buffers in a row that go back and are no accident.</summary>
    private const int MostStrays = 4;

    /// <summary>How far times may go back without starting a new line; FFmpeg accepts the same.</summary>
    private static readonly ClockTime s_mostBack = ClockTime.FromMilliseconds(100);

    /// <summary>The same for buffers without decoding times, whose presentation times are reordered.</summary>
    private static readonly ClockTime s_mostBackReordered = ClockTime.FromSeconds(1);

    /// <summary>
    /// A longer duration counts as wrong; then the distance from the buffer before is used, which may be as long in a slide show.
    /// </summary>
    private static readonly ClockTime s_longestDuration = ClockTime.FromSeconds(60);

    private readonly HandOverQueue<object> _items = new();

    // Only for the adding thread.
    private Segment _addedSegment = Segment.Default;
    private long _addedBytes;
    private long _newest = ClockTime.None.Nanoseconds;

    // Only for the taking thread.
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

    /// <summary>True if a live source feeds the input. To be set while no step runs.</summary>
    public bool IsLive { get; set; }

    /// <summary>The segment in use: the announced one, shifted by <see cref="LineShifts"/>.</summary>
    public Segment Segment { get; private set; } = Segment.Default;

    /// <summary>The number of its present line in <see cref="LineShifts"/>.</summary>
    public int Line { get; private set; }

    /// <summary>True if the next buffer goes back in time; the buffers after it decide whether that is an accident.</summary>
    public bool IsUnsure { get; private set; }

    /// <summary>The running time up to which a gap says that no buffers come; None if there is no gap.</summary>
    public ClockTime CoveredUntil { get; set; } = ClockTime.None;

    public bool HasEnded { get; set; }

    /// <summary>True once a format was taken.</summary>
    public bool HasFormat { get; set; }

    /// <summary>True if the others went on before it had a format; its buffers are dropped from then on.</summary>
    public bool IsLeftOut { get; set; }

    /// <summary>The number of buffers with a presentation time that were taken.</summary>
    public long Timed { get; private set; }

    /// <summary>The number of buffers that were dropped because they had no presentation time.</summary>
    public long Untimed { get; set; }

    /// <summary>The newest time of the live inputs when this one was found empty; None while it has buffers.</summary>
    public ClockTime SilentSince { get; set; } = ClockTime.None;

    /// <summary>The running time of the next buffer. A buffer without times follows at once.</summary>
    public ClockTime Position => Peek() is MediaBuffer buffer
        ? buffer.DecodeOrder.IsNone ? -ClockTime.MaxValue : Segment.ToRunningTime(buffer.DecodeOrder)
        : CoveredUntil;

    /// <summary>The running time of the newest buffer; None before the first.</summary>
    public ClockTime Newest => ClockTime.FromNanoseconds(Volatile.Read(ref _newest));

    /// <summary>The time from the next to the newest buffer; zero if either has no time.</summary>
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
                    // The newest picture decides the end; the one before it ends where this one begins, whatever its duration says.
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

    /// <summary>Sets the announced segment.</summary>
    public void Announce(Segment segment, LineShifts shifts)
    {
        _announced = segment;
        Segment = segment with { Offset = segment.Offset + shifts[Line] };
    }

    /// <summary>Shifts the segment if the next buffer is on another line than the last, or the line was shifted.</summary>
    /// <remarks>Not for a live source: its times are those of its clock, and a late buffer is late.</remarks>
    /// <param name="shifts">The lines of all streams.</param>
    /// <param name="isStopping">True if no more buffers come.</param>
    /// <returns>True if the segment has changed.</returns>
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
            // The new line begins after the earlier media, both in decoding and in presentation. If the first decoding times are missing,
            // only the presentation counts.
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

    /// <summary>True if a buffer would be presented before media that was taken already.</summary>
    private bool IsStray(MediaBuffer buffer) =>
        Segment.ToRunningTime(buffer.Pts) < _last - (buffer.Dts.IsNone ? s_mostBackReordered : s_mostBack);

    /// <summary>Returns whether the buffers after a stray one continue at its time; null if that is not known yet.</summary>
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
