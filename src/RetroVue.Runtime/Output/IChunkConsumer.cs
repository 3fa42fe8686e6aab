using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Takes what a channel sends, as it is sent: the way in for every protocol. A consumer is attached to an output by
/// <see cref="ChannelOutput.Attach"/>, and disposed of with it.
/// </summary>
public interface IChunkConsumer : IDisposable
{
    /// <summary>Takes a chunk. On the output's own thread, which waits meanwhile: a consumer answers at once and throws nothing.</summary>
    /// <param name="chunk">What is sent. A consumer that keeps the buffer retains it.</param>
    /// <param name="writer">The writer, as it is now.</param>
    /// <param name="now">Station time on the channel's line.</param>
    void OnChunk(TransportStreamChunk chunk, TransportStreamWriter writer, ClockTime now);
}
