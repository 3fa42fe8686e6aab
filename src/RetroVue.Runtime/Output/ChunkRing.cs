using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The end of a channel's transport stream, from the place where a new viewer joins, for any number of viewers, each at its own pace. A slow
/// viewer delays no other. A viewer that falls behind what is kept is told so.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. Kept is what somebody will read: everything since the place to join, and before it what a reader has still to read, for
/// <see cref="Depth"/> after it was published. If no place to join comes, as from a file without key frames, the last one is given up
/// after <see cref="LongestJoin"/> of output; new viewers then begin with the newest chunk, and see a picture from the next key frame on.
/// </para>
/// <para>
/// Waiting viewers are woken together at most once every <see cref="WakeInterval"/> of output time, because what a viewer costs is its
/// writes, not its bytes.
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

    // Chunks are numbered from zero on; those from the first to before the next are kept.
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

    /// <summary>How long output is kept for viewers that lag: two seconds.</summary>
    public static ClockTime Depth => ClockTime.FromSeconds(2);

    /// <summary>How much output the last place to join is kept for: ten seconds, more than twice what key frames of items may be apart.</summary>
    public static ClockTime LongestJoin => ClockTime.FromSeconds(10);

    /// <summary>
    /// How much output the first viewers wait for a place to join: a second, twice what a first key frame is sent ahead. If none comes,
    /// as from an item that begins without a picture, they join at the beginning.
    /// </summary>
    public static ClockTime LongestWait => ClockTime.FromSeconds(1);

    /// <summary>How often waiting viewers are woken: every 80 ms.</summary>
    public static ClockTime WakeInterval => ClockTime.FromMilliseconds(80);

    /// <summary>A reader that begins at the last place to join, or at the first that comes.</summary>
    public ChunkReader Read() => new(this);

    /// <inheritdoc/>
    void IChunkConsumer.OnChunk(TransportStreamChunk chunk, TransportStreamWriter writer, ClockTime now)
    {
        chunk.Buffer.Retain();
        Add(chunk);
    }

    /// <inheritdoc/>
    void IDisposable.Dispose() => Close();

    /// <summary>Adds a chunk, whose buffer's reference is taken over.</summary>
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
            // The first viewer begins where the output does: only there is nothing before that its picture might need.
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
    /// The chunk with this number, or for -1 the one at the place to join; retained for the caller. Afterwards the number is that of the chunk
    /// that follows.
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

    /// <summary>Says that nobody is going to read from a number on any more.</summary>
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
    /// Viewers join at the last key frame that is due to be shown: from a later one, which is sent ahead, they would wait for a picture.
    /// Until the first is due they join there.
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
    /// Drops what lies before the place to join and is read by nobody, or was published before a time. Not by output time: an output that
    /// catches up brings seconds of it at once, and who has just joined is still reading them.
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

    /// <summary>A chunk with when it was published, and how many readers read it next.</summary>
    private record struct KeptChunk(MediaBuffer Buffer, ClockTime Published)
    {
        public int Readers;
    }
}
