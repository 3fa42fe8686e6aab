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
    private readonly List<TransportChunk> _chunks = [];
    private readonly Func<TaskCompletionSource> _createCompletion;
    private TaskCompletionSource _news;
    private ClockTime _woken = -ClockTime.MaxValue;
    private long _join = -1;
    private bool _isClosed;

    internal ChunkRing(Func<TaskCompletionSource> createCompletion)
    {
        _createCompletion = createCompletion;
        _news = createCompletion();
    }

    /// <summary>How much output is kept for viewers that lag: two seconds.</summary>
    public static ClockTime Depth => ClockTime.FromSeconds(2);

    /// <summary>How often waiting viewers are woken: every 80 ms.</summary>
    public static ClockTime WakeInterval => ClockTime.FromMilliseconds(80);

    /// <summary>A reader that begins at the last place to join, or at the first that comes.</summary>
    public ChunkReader Read() => new(this);

    internal void Add(TransportChunk chunk)
    {
        TaskCompletionSource? toWake = null;
        lock (_lock)
        {
            _chunks.Add(chunk);
            _join = chunk.Cuts.Count > 0 ? chunk.Number : _join;
            DropOld(chunk.OutputTime - Depth);
            if (chunk.Cuts.Count > 0 || chunk.OutputTime - _woken >= WakeInterval)
            {
                _woken = chunk.OutputTime;
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
            foreach (TransportChunk chunk in _chunks)
            {
                chunk.Data.Release();
            }

            _chunks.Clear();
            toWake = _news;
        }

        toWake.TrySetResult();
    }

    /// <summary>The chunk after a number, retained for the caller; the first one with a place to join for none.</summary>
    internal ChunkReadState TryNext(long? after, out TransportChunk? chunk, out Task news)
    {
        lock (_lock)
        {
            chunk = null;
            news = _news.Task;
            if (_isClosed)
            {
                return ChunkReadState.Closed;
            }

            long wanted = after + 1 ?? _join;
            long index = wanted - (_chunks.Count > 0 ? _chunks[0].Number : 0);
            if (index < 0 && wanted >= 0)
            {
                return ChunkReadState.Lagged;
            }

            if (wanted < 0 || index >= _chunks.Count)
            {
                return ChunkReadState.Empty;
            }

            chunk = _chunks[(int)index];
            chunk.Data.Retain();
            return ChunkReadState.Chunk;
        }
    }

    /// <summary>Drops what is older than a time and lies before the last place to join; numbers in the list are without gaps.</summary>
    private void DropOld(ClockTime before)
    {
        int count = 0;
        while (_chunks[count].OutputTime < before && _chunks[count].Number < _join)
        {
            _chunks[count].Data.Release();
            count++;
        }

        _chunks.RemoveRange(0, count);
    }
}
