using System.Collections.Immutable;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Converts between FFmpeg's side data of whole streams and <see cref="StreamSideData"/>. From FFmpeg 6.1 on, codec parameters contain it;
/// before, it belongs to a demuxer's or muxer's stream, or to an encoder.
/// </summary>
internal static unsafe class CodedSideData
{
    /// <summary>Returns copies of the items, in their order.</summary>
    public static ImmutableArray<StreamSideData> ToManaged(this ReadOnlySpan<AVPacketSideData> items)
    {
        var copies = ImmutableArray.CreateBuilder<StreamSideData>(items.Length);
        foreach (ref readonly var item in items)
        {
            copies.Add(new StreamSideData((StreamSideDataKind)item.type, new ReadOnlySpan<byte>(item.data, (int)item.size).ToArray()));
        }

        return copies.MoveToImmutable();
    }

    extension(ref AVCodecParameters parameters)
    {
        /// <summary>The parameters' own side data; none before FFmpeg 6.1.</summary>
        public ReadOnlySpan<AVPacketSideData> SideData =>
            AVCodecParameters.has_coded_side_data ? new(parameters.coded_side_data, parameters.nb_coded_side_data) : [];

        /// <summary>Adds side data to fresh parameters; does nothing before FFmpeg 6.1.</summary>
        /// <exception cref="FFmpegException">Out of memory.</exception>
        public void AddSideData(ImmutableArray<StreamSideData> items)
        {
            if (!AVCodecParameters.has_coded_side_data || items.IsEmpty)
            {
                return;
            }

            var list = (AVPacketSideData*)av_mallocz((nuint)(items.Length * sizeof(AVPacketSideData)));
            FFmpegErrors.ThrowIfNull(list, "Allocating side data");
            parameters.coded_side_data = list;
            foreach (var item in items)
            {
                var data = (byte*)av_mallocz((nuint)item.Data.Length + AV_INPUT_BUFFER_PADDING_SIZE);
                FFmpegErrors.ThrowIfNull(data, "Allocating side data");
                item.Data.Span.CopyTo(new Span<byte>(data, item.Data.Length));
                list[parameters.nb_coded_side_data++] = new AVPacketSideData
                {
                    data = data,
                    size = (nuint)item.Data.Length,
                    type = (AVPacketSideDataType)item.Kind,
                };
            }
        }
    }

    extension(ref AVStream stream)
    {
        /// <summary>The stream's side data, from the field in which this FFmpeg stores it.</summary>
        public ReadOnlySpan<AVPacketSideData> SideData =>
            AVCodecParameters.has_coded_side_data ? stream.codecpar->SideData : new(stream.side_data, stream.nb_side_data);

        /// <summary>Adds side data to a fresh stream if its codec parameters have no field for it: before FFmpeg 6.1.</summary>
        /// <exception cref="FFmpegException">Out of memory.</exception>
        public void AddSideData(ImmutableArray<StreamSideData> items)
        {
            if (AVCodecParameters.has_coded_side_data)
            {
                return;
            }

            foreach (var item in items)
            {
                fixed (AVStream* self = &stream)
                {
                    var data = av_stream_new_side_data(self, (AVPacketSideDataType)item.Kind, (nuint)item.Data.Length);
                    FFmpegErrors.ThrowIfNull(data, "Allocating side data");
                    item.Data.Span.CopyTo(new Span<byte>(data, item.Data.Length));
                }
            }
        }
    }

    extension(ref AVCodecContext context)
    {
        /// <summary>The side data of an encoder's whole stream.</summary>
        public ReadOnlySpan<AVPacketSideData> SideData => new(context.coded_side_data, context.nb_coded_side_data);
    }
}
