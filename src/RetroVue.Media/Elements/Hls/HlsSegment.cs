using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.Hls;

/// <summary>A finished segment: the buffers it was collected from, in order, never copied.</summary>
/// <remarks>Immutable and thread-safe. Whoever opened it disposes it once; its memory goes back when the segmenter has dropped it too.</remarks>
public sealed class HlsSegment : IDisposable
{
    private readonly MediaBuffer[] _buffers;
    private int _references = 1;

    internal HlsSegment(HlsEntry entry, MediaBuffer[] buffers)
    {
        Entry = entry;
        _buffers = buffers;
        foreach (MediaBuffer buffer in buffers)
        {
            Length += buffer.Data.Length;
        }
    }

    /// <summary>What the playlist says of it.</summary>
    public HlsEntry Entry { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>How many stretches the bytes are in.</summary>
    public int PartCount => _buffers.Length;

    /// <summary>The bytes of one stretch; valid until the segment is disposed.</summary>
    public ReadOnlySpan<byte> Part(int index) => _buffers[index].Data;

    /// <summary>Gives back the reference that opening took.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            foreach (MediaBuffer buffer in _buffers)
            {
                buffer.Release();
            }
        }
    }

    /// <summary>Takes one more reference; only while the segmenter holds its own.</summary>
    internal HlsSegment Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }
}
