using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Adapts codec parameters from a container or an encoder to another container.</summary>
internal static unsafe class ContainerTags
{
    private const uint Hvc1 = 'h' | ('v' << 8) | ('c' << 16) | ((uint)'1' << 24);

    /// <summary>
    /// Keeps the codec tag if it means the same codec in the container's tables, or if they have none for the codec, as <c>ffmpeg -c
    /// copy</c> does; otherwise the muxer chooses one.
    /// </summary>
    public static void Fit(AVCodecParameters* parameters, AVOutputFormat* container)
    {
        var tags = container->codec_tag;
        uint usual;
        if (tags is not null && av_codec_get_id(tags, parameters->codec_tag) != parameters->codec_id
            && av_codec_get_tag2(tags, parameters->codec_id, &usual) != 0)
        {
            parameters->codec_tag = 0;
        }

        // Apple's players accept HEVC only with this tag. It promises that all parameter sets are in the container.
        if (parameters->codec_tag == 0 && parameters->codec_id == AVCodecID.AV_CODEC_ID_HEVC && parameters->extradata_size > 0
            && tags is not null && av_codec_get_id(tags, Hvc1) == AVCodecID.AV_CODEC_ID_HEVC && IsOfQuickTimeFamily(container))
        {
            parameters->codec_tag = Hvc1;
        }

        // For these codecs the block size depends on the container: a packet is a whole frame everywhere except in WAV and AVI.
        if (parameters->codec_id == AVCodecID.AV_CODEC_ID_AC3
            || (parameters->codec_id == AVCodecID.AV_CODEC_ID_MP3 && parameters->block_align is 1 or 576 or 1152))
        {
            parameters->block_align = 0;
        }
    }

    private static bool IsOfQuickTimeFamily(AVOutputFormat* container) =>
        NativeText.Read(container->name) is "mp4" or "mov" or "ipod" or "psp" or "ismv" or "f4v" or "3gp" or "3g2";
}
