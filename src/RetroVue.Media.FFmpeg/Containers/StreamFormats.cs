using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// The present formats of a file's streams. Streams with several sample descriptions change their parameter sets while they are read.
/// </summary>
internal sealed unsafe class StreamFormats(IReadOnlyList<StreamInfo> streams)
{
    private readonly EncodedFormat[] _formats = [.. streams.Select(stream => stream.Format)];

    /// <summary>Returns a stream's format after the last packet: the same object while it does not change.</summary>
    public EncodedFormat Of(StreamInfo stream) => _formats[stream.Index];

    /// <summary>Notes the next packet.</summary>
    public void Follow(AVPacket* packet)
    {
        nuint size = 0;
        var data = av_packet_get_side_data(packet, AVPacketSideDataType.AV_PKT_DATA_NEW_EXTRADATA, &size);
        if (data is null || size == 0 || packet->stream_index >= _formats.Length)
        {
            return;
        }

        ref var format = ref _formats[packet->stream_index];
        var sets = new ReadOnlySpan<byte>(data, (int)size);
        if (!sets.SequenceEqual(format.ParameterSets.Span))
        {
            format = format with { ParameterSets = sets.ToArray() };
        }
    }
}
