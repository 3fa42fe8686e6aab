using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.Hls;

/// <summary>A finished segment: its buffers, in order, without copies.</summary>
/// <remarks>
/// Immutable and thread-safe. The caller who opened it disposes of it once; its memory is freed when the segmenter has dropped it too.
/// </remarks>
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

    /// <summary>The segment as the playlist describes it.</summary>
    public HlsEntry Entry { get; }

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>The number of parts that contain the bytes.</summary>
    public int PartCount => _buffers.Length;

    /// <summary>Returns the bytes of one part; valid until the segment is disposed of.</summary>
    public ReadOnlySpan<byte> Part(int index) => _buffers[index].Data;

    /// <summary>Releases the reference that opening took.</summary>
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
