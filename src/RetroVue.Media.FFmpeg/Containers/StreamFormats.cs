using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>What a container says of its streams while it is read: those that have several descriptions of samples change parameter sets.</summary>
internal sealed unsafe class StreamFormats(IReadOnlyList<StreamInfo> streams)
{
    private readonly EncodedFormat[] _formats = [.. streams.Select(stream => stream.Format)];

    /// <summary>What a stream is as of the packet that was read last: the same object as long as it is the same.</summary>
    public EncodedFormat Of(StreamInfo stream) => _formats[stream.Index];

    /// <summary>Hears of the next packet.</summary>
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
