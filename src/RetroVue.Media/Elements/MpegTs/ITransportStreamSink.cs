using System.Buffers;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>Where a <see cref="TransportStreamWriter"/> puts its packets. Called on the writer's thread only.</summary>
/// <remarks>The writer asks for room for one packet of 188 bytes at least and uses as many whole packets as the span holds.</remarks>
public interface ITransportStreamSink : IBufferWriter<byte>
{
    /// <summary>What has been written so far ends here; the next byte begins what the cut says.</summary>
    void MarkCut(TransportStreamCut cut);
}
