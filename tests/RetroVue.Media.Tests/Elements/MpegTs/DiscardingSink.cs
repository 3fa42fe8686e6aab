using RetroVue.Media.Elements.MpegTs;

namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>Takes packets and discards them.</summary>
internal sealed class DiscardingSink : ITransportStreamSink
{
    private readonly byte[] _bytes = new byte[64 * 1024];

    public long Length { get; private set; }

    public void MarkCut(TransportStreamCut cut)
    {
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes;

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes;
}
