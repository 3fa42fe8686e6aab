using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The last seconds of a channel's transport stream, for any number of viewers at their own pace. Nobody who is slow delays anybody: who
/// falls behind what is kept is told so.
/// </summary>
/// <remarks>
/// Thread-safe. Kept is everything since the last place to join, and at least <see cref="Depth"/>. Waiting viewers are woken together at
/// most once every <see cref="WakeInterval"/> of output time, because what a viewer costs is its writes, not its bytes.
/// </remarks>
public sealed class ChunkRing
{
    private readonly Lock _lock = new();
    private readonly List<TransportStreamChunk> _chunks = [];
    private readonly Queue<ClockTime> _published = new();
    private readonly Func<TaskCompletionSource> _createCompletion;
    private readonly Func<ClockTime> _now;
    private TaskCompletionSource _news;
    private ClockTime _woken = -ClockTime.MaxValue;
    private long _first;
    private readonly Queue<(long Number, ClockTime Pts)> _coming = new();
    private long _join = -1;
    private bool _isClosed;

    internal ChunkRing(Func<TaskCompletionSource> createCompletion, Func<ClockTime> now)
    {
        _createCompletion = createCompletion;
        _now = now;
        _news = createCompletion();
    }

    /// <summary>How much output is kept for viewers that lag: two seconds.</summary>
    public static ClockTime Depth => ClockTime.FromSeconds(2);

    /// <summary>How often waiting viewers are woken: every 80 ms.</summary>
    public static ClockTime WakeInterval => ClockTime.FromMilliseconds(80);

    /// <summary>A reader that begins at the last place to join, or at the first that comes.</summary>
    public ChunkReader Read() => new(this);

    /// <summary>Adds a chunk, whose buffer's reference is taken over.</summary>
    internal void Add(TransportStreamChunk chunk)
    {
        ClockTime time = chunk.Buffer.Pts;
        TaskCompletionSource? toWake = null;
        lock (_lock)
        {
            if (chunk.Cut is { } cut)
            {
                _coming.Enqueue((_first + _chunks.Count, cut.Pts));
            }

            _chunks.Add(chunk);
            ClockTime now = _now();
            _published.Enqueue(now);
            MoveJoin(time);
            DropOld(now - Depth);
            if (chunk.Cut is not null || time - _woken >= WakeInterval)
            {
                _woken = time;
                toWake = _news;
                _news = _createCompletion();
            }
        }

        toWake?.TrySetResult();
    }

    /// <summary>Ends the stream for all readers.</summary>
    internal void Close()
    {
        TaskCompletionSource toWake;
        lock (_lock)
        {
            _isClosed = true;
            foreach (TransportStreamChunk chunk in _chunks)
            {
                chunk.Buffer.Release();
            }

            _chunks.Clear();
            toWake = _news;
        }

        toWake.TrySetResult();
    }

    /// <summary>
    /// The chunk of a number, retained for the caller; for -1 the place to join, whose number is then told.
    /// </summary>
    internal ChunkReadState TryRead(ref long number, out MediaBuffer? chunk, out Task news)
    {
        lock (_lock)
        {
            chunk = null;
            news = _news.Task;
            if (_isClosed)
            {
                return ChunkReadState.Closed;
            }

            long wanted = number >= 0 ? number : _join;
            if (wanted < 0 || wanted >= _first + _chunks.Count)
            {
                return ChunkReadState.Empty;
            }

            if (wanted < _first)
            {
                return ChunkReadState.Lagged;
            }

            number = wanted;
            chunk = _chunks[(int)(wanted - _first)].Buffer.Retain();
            return ChunkReadState.Chunk;
        }
    }

    /// <summary>
    /// Viewers join at the last key frame that is due to be shown: from a later one, which is sent ahead, they would wait for a picture.
    /// Until the first is due they join there.
    /// </summary>
    private void MoveJoin(ClockTime time)
    {
        while (_coming.TryPeek(out (long Number, ClockTime Pts) next) && (_join < 0 || next.Pts <= time))
        {
            _join = next.Number;
            _coming.Dequeue();
        }
    }

    /// <summary>
    /// Drops what was published before a time and lies before the place to join. Not by output time: an output that catches up brings
    /// seconds of it at once, and who has just joined is still reading them.
    /// </summary>
    private void DropOld(ClockTime before)
    {
        int count = 0;
        while (_first + count < _join && _published.Peek() < before)
        {
            _published.Dequeue();
            _chunks[count].Buffer.Release();
            count++;
        }

        _chunks.RemoveRange(0, count);
        _first += count;
    }
}
