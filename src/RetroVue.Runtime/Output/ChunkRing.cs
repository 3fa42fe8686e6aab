using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The newest part of a channel's transport stream, from the join point of a new viewer on. It serves any number of viewers, each at its
/// own pace. A slow viewer does not delay the others. A viewer that is too late gets <see cref="ChunkReadState.Lagged"/>.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. The ring keeps the chunks that a viewer will read: all chunks since the join point, and older ones that a reader has not
/// read yet, for <see cref="Depth"/> after they were published. If no new join point comes, as from a file without key frames, the ring
/// gives up the last one after <see cref="LongestJoin"/> of output. New viewers then begin with the newest chunk, and see a picture from
/// the next key frame on.
/// </para>
/// <para>
/// Waiting viewers are woken together, at most once every <see cref="WakeInterval"/> of output time, because the cost of a viewer is the
/// number of its writes, not of its bytes.
/// </para>
/// </remarks>
public sealed class ChunkRing : IChunkConsumer
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Number, ClockTime Pts)> _coming = new();
    private readonly Func<TaskCompletionSource> _createCompletion;
    private readonly Func<ClockTime> _now;
    private KeptChunk[] _chunks = new KeptChunk[64];
    private TaskCompletionSource _news;
    private ClockTime _woken = -ClockTime.MaxValue;

    // Chunks are numbered from zero. The ring keeps those from _first up to, but not including, _next.
    private long _first;
    private long _next;
    private int _readersOfNext;
    private long _join = -1;
    private bool _isJoinLost;
    private bool _isRead;
    private ClockTime _began = ClockTime.None;
    private bool _isClosed;

    internal ChunkRing(Func<TaskCompletionSource> createCompletion, Func<ClockTime> now)
    {
        _createCompletion = createCompletion;
        _now = now;
        _news = createCompletion();
    }

    /// <summary>How long chunks are kept for slow viewers: two seconds.</summary>
    public static ClockTime Depth => ClockTime.FromSeconds(2);

    /// <summary>How much output the last join point is kept for: ten seconds, more than twice the longest distance of key frames.</summary>
    public static ClockTime LongestJoin => ClockTime.FromSeconds(10);

    /// <summary>
    /// How much output the first viewers wait for a join point: a second, twice the time by which a first key frame is sent ahead. If none
    /// comes, as from an item that begins without a picture, they join at the beginning.
    /// </summary>
    public static ClockTime LongestWait => ClockTime.FromSeconds(1);

    /// <summary>How often waiting viewers are woken: every 80 ms.</summary>
    public static ClockTime WakeInterval => ClockTime.FromMilliseconds(80);

    /// <summary>Makes a reader that begins at the last join point, or at the first that comes.</summary>
    public ChunkReader Read() => new(this);

    /// <inheritdoc/>
    void IChunkConsumer.OnChunk(TransportStreamChunk chunk, TransportStreamWriter writer, ClockTime now)
    {
        chunk.Buffer.Retain();
        Add(chunk);
    }

    /// <inheritdoc/>
    void IDisposable.Dispose() => Close();

    /// <summary>Adds a chunk and takes over its reference.</summary>
    internal void Add(TransportStreamChunk chunk)
    {
        ClockTime time = chunk.Buffer.Pts;
        TaskCompletionSource? toWake = null;
        lock (_lock)
        {
            if (chunk.Cut is { Kind: TransportStreamCutKind.Whole } cut)
            {
                _coming.Enqueue((_next, cut.Pts));
            }

            ClockTime now = _now();
            _began = _began.IsNone ? now : _began;
            Keep(new KeptChunk(chunk.Buffer, now) { Readers = _readersOfNext });
            _readersOfNext = 0;
            // The first viewer begins where the output does: only there no earlier packet is missing that its picture may need.
            if (_join < 0 || _isRead || now - _began > LongestWait)
            {
                MoveJoin(time);
            }

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
            while (_first < _next)
            {
                DropFirst();
            }

            toWake = _news;
        }

        toWake.TrySetResult();
    }

    /// <summary>
    /// Reads the chunk with this number, or for -1 the chunk at the join point; the caller gets a reference. Afterwards the number is that
    /// of the following chunk.
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
            if (wanted < 0 || wanted >= _next)
            {
                return ChunkReadState.Empty;
            }

            if (wanted < _first)
            {
                return ChunkReadState.Lagged;
            }

            chunk = At(wanted).Buffer.Retain();
            _isRead = true;
            Leave(number);
            number = wanted + 1;
            ReadersOf(number)++;
            return ChunkReadState.Chunk;
        }
    }

    /// <summary>Notes that a reader will not read from a number on any more.</summary>
    internal void Forget(long number)
    {
        lock (_lock)
        {
            Leave(number);
        }
    }

    private void Leave(long number)
    {
        if (number >= _first)
        {
            ReadersOf(number)--;
        }
    }

    private ref int ReadersOf(long number)
    {
        if (number == _next)
        {
            return ref _readersOfNext;
        }

        return ref At(number).Readers;
    }

    /// <summary>
    /// Moves the join point to the last key frame that is due to be shown. A later key frame is sent ahead, and viewers who joined there
    /// would wait for a picture. Until the first key frame is due, viewers join there.
    /// </summary>
    private void MoveJoin(ClockTime time)
    {
        _isJoinLost |= time - At(Math.Max(_join, _first)).Buffer.Pts > LongestJoin;
        while (_coming.TryPeek(out (long Number, ClockTime Pts) next) && (_join < 0 || _isJoinLost || next.Pts <= time))
        {
            (_join, _isJoinLost) = (next.Number, false);
            _coming.Dequeue();
        }

        if (_isJoinLost)
        {
            _join = _next - 1;
        }
        else if (_join < 0 && time - At(_first).Buffer.Pts >= LongestWait)
        {
            _join = _first;
        }
    }

    /// <summary>
    /// Drops chunks before the join point that no reader will read, or that were published before a time. Output time does not count here:
    /// an output that catches up sends seconds of media at once, and a viewer who has just joined still has to read them.
    /// </summary>
    private void DropOld(ClockTime before)
    {
        while (_first < _join && (At(_first).Readers == 0 || At(_first).Published < before))
        {
            DropFirst();
        }
    }

    private void DropFirst()
    {
        At(_first).Buffer.Release();
        At(_first) = default;
        _first++;
    }

    private void Keep(KeptChunk chunk)
    {
        if (_next - _first == _chunks.Length)
        {
            var more = new KeptChunk[_chunks.Length * 2];
            for (long number = _first; number < _next; number++)
            {
                more[number & (more.Length - 1)] = At(number);
            }

            _chunks = more;
        }

        At(_next++) = chunk;
    }

    private ref KeptChunk At(long number) => ref _chunks[number & (_chunks.Length - 1)];

    /// <summary>A chunk, the time of its publication, and the number of readers that read it next.</summary>
    private record struct KeptChunk(MediaBuffer Buffer, ClockTime Published)
    {
        public int Readers;
    }
}
