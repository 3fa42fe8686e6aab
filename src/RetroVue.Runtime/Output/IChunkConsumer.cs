using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Takes a channel's chunks as they are sent; each protocol implements it. A consumer is attached to an output by
/// <see cref="ChannelOutput.Attach"/>, and disposed of with it.
/// </summary>
public interface IChunkConsumer : IDisposable
{
    /// <summary>
    /// Takes a chunk. Called on the output's own thread, which waits meanwhile: a consumer must return at once and must not throw.
    /// </summary>
    /// <param name="chunk">The chunk. A consumer that keeps the buffer retains it.</param>
    /// <param name="writer">The writer, as it is now.</param>
    /// <param name="now">Station time on the channel's line.</param>
    void OnChunk(TransportStreamChunk chunk, TransportStreamWriter writer, ClockTime now);
}
