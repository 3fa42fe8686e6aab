using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>Collects what the transport stream writer gives out in one granule.</summary>
internal sealed class ChunkWriter : ITransportStreamSink
{
    private static readonly IReadOnlyList<(int Offset, TransportStreamCut Cut)> s_noCuts = [];

    private readonly List<(int Offset, TransportStreamCut Cut)> _cuts = [];
    private byte[] _bytes = new byte[64 * 1024];
    private int _length;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    public void MarkCut(TransportStreamCut cut) => _cuts.Add((_length, cut));

    /// <summary>The granule's chunk; what comes next belongs to the next one.</summary>
    public TransportChunk Cut(long number, ClockTime outputTime)
    {
        MediaBuffer data = MediaBuffer.Create(HeapMemory.Copy(_bytes.AsSpan(0, _length)));
        var chunk = new TransportChunk(number, outputTime, data, _cuts.Count == 0 ? s_noCuts : [.. _cuts]);
        _length = 0;
        _cuts.Clear();
        return chunk;
    }

    private void Reserve(int sizeHint)
    {
        if (_bytes.Length - _length < Math.Max(sizeHint, 1))
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + sizeHint));
        }
    }
}
