using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Output;

/// <summary>Reads a channel's transport stream for one viewer, from a join point on.</summary>
/// <remarks>For one thread at a time. Dispose of it; otherwise its next chunks are kept for <see cref="ChunkRing.Depth"/>.</remarks>
public sealed class ChunkReader : IDisposable
{
    private readonly ChunkRing _ring;
    private long _number = -1;
    private bool _isDisposed;

    internal ChunkReader(ChunkRing ring) => _ring = ring;

    /// <summary>Completes when there may be more chunks than the last <see cref="TryRead"/> found.</summary>
    public Task News { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Reads the next bytes. With <see cref="ChunkReadState.Chunk"/> the caller owns a reference to <paramref name="chunk"/> and releases
    /// it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The reader has been disposed.</exception>
    public ChunkReadState TryRead(out MediaBuffer? chunk)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ChunkReadState state = _ring.TryRead(ref _number, out chunk, out Task news);
        News = news;
        return state;
    }

    /// <summary>Ends reading.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _ring.Forget(_number);
        }
    }
}
