using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Output;

/// <summary>One viewer's way through a channel's transport stream, from a place to join on.</summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class ChunkReader
{
    private readonly ChunkRing _ring;
    private long _number = -1;

    internal ChunkReader(ChunkRing ring) => _ring = ring;

    /// <summary>Completes when there may be more than <see cref="TryRead"/> last found.</summary>
    public Task News { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// The next bytes. On <see cref="ChunkReadState.Chunk"/> the caller owns a reference to <paramref name="chunk"/> and releases it.
    /// </summary>
    public ChunkReadState TryRead(out MediaBuffer? chunk)
    {
        ChunkReadState state = _ring.TryRead(ref _number, out chunk, out Task news);
        News = news;
        _number += state == ChunkReadState.Chunk ? 1 : 0;
        return state;
    }
}
