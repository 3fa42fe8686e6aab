using System.Globalization;
using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Hls;

/// <summary>The HLS of one output. It exists from the first request of a viewer on.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class HlsStream : IChunkConsumer
{
    private readonly TaskCompletionSource _begun;

    private HlsStream(ChannelOutput output)
    {
        _begun = output.CreateCompletion();
        Segmenter = new HlsSegmenter(new HlsOptions
        {
            Target = output.KeyFrameInterval,
            // The nanosecond of the beginning: no other run, in this or another process, begins at the same one. So an address never
            // changes its content.
            Run = string.Create(CultureInfo.InvariantCulture, $"{output.Line.Station.Now.Nanoseconds:x}-"),
            EpochUnixNanoseconds = output.Line.ToStation(ClockTime.Zero).Nanoseconds,
        });
    }

    /// <summary>The segments and their playlist.</summary>
    public HlsSegmenter Segmenter { get; }

    /// <summary>Completes when there is a playlist, or the output has ended without one.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Returns the HLS of an output, and makes it on the first call.</summary>
    public static HlsStream Of(ChannelOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.Attach(static output => new HlsStream(output));
    }

    void IChunkConsumer.OnChunk(TransportStreamChunk chunk, TransportStreamWriter writer, ClockTime now)
    {
        chunk.Buffer.Retain();
        Segmenter.Append(chunk, writer, now);
        if (!_begun.Task.IsCompleted && Segmenter.Playlist is not null)
        {
            _begun.TrySetResult();
        }
    }

    void IDisposable.Dispose()
    {
        _begun.TrySetResult();
        Segmenter.Dispose();
    }
}
