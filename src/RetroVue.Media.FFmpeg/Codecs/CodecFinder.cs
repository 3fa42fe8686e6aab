using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Looks codecs up by name.</summary>
internal static unsafe class CodecFinder
{
    /// <summary>The decoder for a codec, by the codec's name ("h264").</summary>
    /// <exception cref="CodecNotFoundException">There is none, or no such codec.</exception>
    public static AVCodec* Decoder(string codec)
    {
        var descriptor = Describe(codec, "decoder");
        var decoder = avcodec_find_decoder(descriptor->id);
        return decoder is not null ? decoder : throw NotFound(codec, "decoder");
    }

    /// <summary>An encoder, by the name of a codec ("h264", which takes libx264 where that is there) or of an encoder ("libx264").</summary>
    /// <exception cref="CodecNotFoundException">There is none, or no such codec.</exception>
    public static AVCodec* Encoder(string codec)
    {
        // Encoders may have a codec's name too, such as "aac"; of H.264 FFmpeg's order puts libx264 first, but only where it was built in.
        using var name = new NativeText(codec);
        var encoder = avcodec_find_encoder_by_name(name);
        if (encoder is null)
        {
            encoder = avcodec_find_encoder(Describe(codec, "encoder")->id);
        }

        return encoder is not null ? encoder : throw NotFound(codec, "encoder");
    }

    private static AVCodecDescriptor* Describe(string codec, string what)
    {
        using var name = new NativeText(codec);
        var descriptor = avcodec_descriptor_get_by_name(name);
        return descriptor is not null ? descriptor : throw NotFound(codec, what);
    }

    private static CodecNotFoundException NotFound(string codec, string what) => new(
        codec,
        $"FFmpeg {FFmpegLibrary.Version} ({FFmpegLibrary.Folder ?? "the system's"}) has no {what} for '{codec}'. A fuller build may have it: " +
        $"the package libavcodec-extra on Debian and Ubuntu, ffmpeg from RPM Fusion on Fedora, or a build of your own in {FFmpegLibrary.FolderVariable}.");
}
