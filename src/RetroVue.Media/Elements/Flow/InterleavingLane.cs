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

    private readonly HandOverQueue<object> _items = new();

    // Of the adding thread.
    private Segment _addedSegment = Segment.Default;
    private long _addedBytes;
    private long _newest = ClockTime.None.Nanoseconds;

    // Of the taking thread.
    private long _takenBytes;

    public InputPad Pad { get; } = pad;

    public RoomGate Gate { get; } = gate;

    /// <summary>True where a live source feeds the input. Set while no step runs.</summary>
    public bool IsLive { get; set; }

    public Segment Segment { get; set; } = Segment.Default;

    /// <summary>The running time until which nothing comes; None where that was not said.</summary>
    public ClockTime CoveredUntil { get; set; } = ClockTime.None;

    public bool HasEnded { get; set; }

    /// <summary>True once a format was taken.</summary>
    public bool HasFormat { get; set; }

    /// <summary>True where the others went on before a format came: what comes later has no place in what was begun without it.</summary>
    public bool IsLeftOut { get; set; }

    /// <summary>How far the live inputs had come when this one was found empty; None while it has something.</summary>
    public ClockTime SilentSince { get; set; } = ClockTime.None;

    /// <summary>The running time of what comes next. A buffer without times follows at once.</summary>
    public ClockTime Position => Peek() is MediaBuffer buffer
        ? buffer.DecodeOrder.IsNone ? -ClockTime.MaxValue : Segment.ToRunningTime(buffer.DecodeOrder)
        : CoveredUntil;

    /// <summary>The running time of what came last; None before the first.</summary>
    public ClockTime Newest => ClockTime.FromNanoseconds(Volatile.Read(ref _newest));

    /// <summary>How far what came last is ahead of what comes next; zero where either has no time.</summary>
    public ClockTime Span => Peek() is MediaBuffer { DecodeOrder.IsNone: false } && !Newest.IsNone ? Newest - Position : ClockTime.Zero;

    /// <summary>True where a live input stores as much as it may.</summary>
    public bool IsAtLimit => IsLive && (!Gate.IsOpen || Span >= s_longest);

    public object? Peek() => _items.TryPeek(out object? item) ? item : null;

    public void Take()
    {
        if (_items.TryDequeue(out object? item) && item is MediaBuffer buffer)
        {
            Volatile.Write(ref _takenBytes, _takenBytes + buffer.Data.Length);
        }

        Interlocked.MemoryBarrier();
        if (!Gate.IsOpen && IsHalfEmpty)
        {
            Gate.Open();
        }
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

    public void Clear()
    {
        while (_items.TryDequeue(out object? item))
        {
            (item as MediaBuffer)?.Release();
        }

        CoveredUntil = ClockTime.None;
        SilentSince = ClockTime.None;
        HasEnded = false;
        Segment = _addedSegment = Segment.Default;
        _addedBytes = _takenBytes = 0;
        _newest = ClockTime.None.Nanoseconds;
        Gate.SetStarving(false);
        Gate.Open();
    }

    private long StoredBytes => Volatile.Read(ref _addedBytes) - Volatile.Read(ref _takenBytes);

    private bool IsHalfEmpty => IsLive ? StoredBytes <= MaxBytes / 2 : _items.Count <= capacity / 2;
}
