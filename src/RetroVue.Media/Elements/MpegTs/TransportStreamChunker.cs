using System.Runtime.InteropServices;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// Collects the output of a <see cref="TransportStreamWriter"/> in buffers that can be kept and sent without a copy; a new buffer begins at
/// each cut.
/// </summary>
/// <remarks>Buffers are slices of blocks of 64 KiB, so a small one costs no more memory than it has bytes. For one thread.</remarks>
public sealed class TransportStreamChunker : ITransportStreamSink, IDisposable
{
    private const int BlockLength = 347 * TransportPackets.Size; // as many packets as a pooled block of 64 KiB holds with its alignment

    private readonly Action<TransportStreamChunk> _take;
    private HeapMemory? _block;
    private int _begin;
    private int _end;
    private ClockTime _beginTime = ClockTime.None;
    private TransportStreamCut? _cut;
    private long _sequence;

    /// <summary>Makes a chunker.</summary>
    /// <param name="take">Receives each chunk, with the reference of its buffer.</param>
    public TransportStreamChunker(Action<TransportStreamChunk> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        _take = take;
    }

    /// <summary>The number of bytes collected since the last chunk.</summary>
    public int Waiting => _end - _begin;

    /// <summary>Passes on the collected bytes as a chunk. To be called after the writer has been advanced.</summary>
    /// <param name="outputTime">The output time of the writer.</param>
    public void Flush(ClockTime outputTime)
    {
        HandOn(outputTime);
        _beginTime = outputTime;
    }

    /// <inheritdoc/>
    public void MarkCut(TransportStreamCut cut)
    {
        Flush(cut.OutputTime);
        _cut = cut;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BlockLength - _end);
        _end += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeHint, BlockLength);
        if (_block is null || BlockLength - _end < Math.Max(sizeHint, 1))
        {
            // The time within a block is not known here; the rest of the chunk keeps the time of its beginning.
            HandOn(_beginTime);
            _block?.Release();
            _block = HeapMemory.Create(BlockLength);
            _begin = _end = 0;
        }

        // Chunks share the block, so it counts as read-only. The bytes after them are not in use yet.
        ReadOnlySpan<byte> free = _block.Plane(0)[_end..];
        return MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(free), free.Length);
    }

    /// <summary>Not supported: the memory of a block is only available as a span.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException("Use GetSpan.");

    /// <summary>Releases the memory that no chunk uses.</summary>
    public void Dispose()
    {
        _block?.Release();
        _block = null;
        _begin = _end = 0;
    }

    private void HandOn(ClockTime outputTime)
    {
        if (_end == _begin)
        {
            return;
        }

        MediaBuffer buffer = MediaBuffer.Create(MemorySlice.Create(_block!, _begin, _end - _begin));
        buffer.Pts = _beginTime.IsNone ? outputTime : _beginTime;
        buffer.Duration = outputTime - buffer.Pts;
        buffer.Sequence = _sequence++;
        buffer.Flags = _cut is { Kind: TransportStreamCutKind.Whole } ? BufferFlags.KeyFrame : BufferFlags.None;
        TransportStreamCut? cut = _cut;
        _cut = null;
        _begin = _end;
        _take(new TransportStreamChunk(buffer, cut));
    }
}
