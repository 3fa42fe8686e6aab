using System.Buffers;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>Takes the packets of a <see cref="TransportStreamWriter"/>. Called only on the writer's thread.</summary>
/// <remarks>The writer asks for room for at least one packet of 188 bytes and fills the span with whole packets.</remarks>
public interface ITransportStreamSink : IBufferWriter<byte>
{
    /// <summary>Marks a cut between the bytes written so far and the next byte.</summary>
    void MarkCut(TransportStreamCut cut);
}
