using RetroVue.Media.FFmpeg.Interop;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFilter;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;
using static RetroVue.Media.FFmpeg.Interop.LibSwResample;
using static RetroVue.Media.FFmpeg.Interop.LibSwScale;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>A packet, and its reference to the data.</summary>
internal sealed unsafe class PacketHandle() : FFmpegHandle<AVPacket>(av_packet_alloc())
{
    protected override void Free(AVPacket* pointer) => av_packet_free(&pointer);
}

/// <summary>A frame, and its references to the data.</summary>
internal sealed unsafe class FrameHandle() : FFmpegHandle<AVFrame>(av_frame_alloc())
{
    protected override void Free(AVFrame* pointer) => av_frame_free(&pointer);
}

/// <summary>Codec parameters that do not belong to a stream.</summary>
internal sealed unsafe class CodecParametersHandle() : FFmpegHandle<AVCodecParameters>(avcodec_parameters_alloc())
{
    protected override void Free(AVCodecParameters* pointer) => avcodec_parameters_free(&pointer);
}

/// <summary>A decoder or encoder, open or not.</summary>
internal sealed unsafe class CodecContextHandle(AVCodec* codec) : FFmpegHandle<AVCodecContext>(avcodec_alloc_context3(codec))
{
    protected override void Free(AVCodecContext* pointer) => avcodec_free_context(&pointer);
}

/// <summary>A parser from <c>av_parser_init</c>.</summary>
internal sealed unsafe class ParserHandle(AVCodecParserContext* parser) : FFmpegHandle<AVCodecParserContext>(parser)
{
    protected override void Free(AVCodecParserContext* pointer) => av_parser_close(pointer);
}

/// <summary>
/// A demuxer that <c>avformat_open_input</c> opened. (That call frees its context on failure, so a handle is made after it.)
/// </summary>
/// <remarks>Does not close the caller's own I/O (AVFMT_FLAG_CUSTOM_IO): dispose of that after this.</remarks>
internal sealed unsafe class InputFormatHandle(AVFormatContext* opened) : FFmpegHandle<AVFormatContext>(opened)
{
    protected override void Free(AVFormatContext* pointer) => avformat_close_input(&pointer);
}

/// <summary>
/// A muxer. Closes a file that <c>avio_open2</c> opened into its <c>pb</c>, but not the caller's own I/O (AVFMT_FLAG_CUSTOM_IO).
/// </summary>
internal sealed unsafe class OutputFormatHandle(AVFormatContext* allocated) : FFmpegHandle<AVFormatContext>(allocated)
{
    protected override void Free(AVFormatContext* pointer)
    {
        if ((pointer->flags & AVFMT_FLAG_CUSTOM_IO) == 0 && (pointer->oformat->flags & AVFMT_NOFILE) == 0)
        {
            // A write that fails here can no longer be reported: callers that need the file's end close it before.
            fixed (AVIOContext** pb = &pointer->pb)
            {
                _ = avio_closep(pb);
            }
        }

        avformat_free_context(pointer);
    }
}

/// <summary>A filter graph and all its filters.</summary>
internal sealed unsafe class FilterGraphHandle() : FFmpegHandle<AVFilterGraph>(avfilter_graph_alloc())
{
    protected override void Free(AVFilterGraph* pointer) => avfilter_graph_free(&pointer);
}

/// <summary>A scaler from <c>sws_getContext</c>.</summary>
internal sealed unsafe class ScalerHandle(SwsContext* scaler) : FFmpegHandle<SwsContext>(scaler)
{
    protected override void Free(SwsContext* pointer) => sws_freeContext(pointer);
}

/// <summary>A resampler from <c>swr_alloc_set_opts2</c>.</summary>
internal sealed unsafe class ResamplerHandle(SwrContext* resampler) : FFmpegHandle<SwrContext>(resampler)
{
    protected override void Free(SwrContext* pointer) => swr_free(&pointer);
}

/// <summary>A pool of buffers; buffers in use keep it until they come back.</summary>
internal sealed unsafe class BufferPoolHandle(AVBufferPool* pool) : FFmpegHandle<AVBufferPool>(pool)
{
    protected override void Free(AVBufferPool* pointer) => av_buffer_pool_uninit(&pointer);
}
