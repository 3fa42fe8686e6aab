using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Output;

/// <summary>One viewer's way through a channel's transport stream, from a place to join on.</summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class ChunkReader
{
    private readonly ChunkRing _ring;
    private long? _last;

    internal ChunkReader(ChunkRing ring) => _ring = ring;

    /// <summary>Completes when there may be more; take it before <see cref="TryRead"/> says Empty is believed.</summary>
    public Task News { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// The next bytes. On <see cref="ChunkReadState.Chunk"/> the caller owns a reference to <paramref name="chunk"/>'s data and releases
    /// it; the bytes to send begin at <paramref name="offset"/>, which is not zero only for the first chunk.
    /// </summary>
    public ChunkReadState TryRead(out TransportChunk? chunk, out int offset)
    {
        offset = 0;
        ChunkReadState state = _ring.TryNext(_last, out chunk, out Task news);
        News = news;
        if (state == ChunkReadState.Chunk)
        {
            offset = _last is null ? chunk!.Cuts[^1].Offset : 0;
            _last = chunk!.Number;
        }

        return state;
    }

    /// <summary>Reads until a chunk comes; null at the end of the stream or where the reader fell behind.</summary>
    public async ValueTask<(MediaBuffer Data, int Offset)?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (TryRead(out TransportChunk? chunk, out int offset))
            {
                case ChunkReadState.Chunk:
                    return (chunk!.Data, offset);
                case ChunkReadState.Empty:
                    await News.WaitAsync(cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    return null;
            }
        }
    }
}
