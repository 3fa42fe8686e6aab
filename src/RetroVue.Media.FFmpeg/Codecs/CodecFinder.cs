using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Finds codecs by name.</summary>
internal static unsafe class CodecFinder
{
    /// <summary>Returns the decoder for a codec, by the codec's name ("h264").</summary>
    /// <exception cref="CodecNotFoundException">There is no such codec, or no decoder for it.</exception>
    public static AVCodec* Decoder(string codec)
    {
        var descriptor = Describe(codec, "decoder");
        var decoder = avcodec_find_decoder(descriptor->id);
        return decoder is not null ? decoder : throw NotFound(codec, "decoder");
    }

    /// <summary>
    /// Returns an encoder, by the name of a codec ("h264", which selects libx264 if it is available) or of an encoder ("libx264").
    /// </summary>
    /// <exception cref="CodecNotFoundException">There is no such codec, or no encoder for it.</exception>
    public static AVCodec* Encoder(string codec)
    {
        // An encoder may have the name of its codec, such as "aac". For H.264, FFmpeg's order has libx264 first, if it was built in.
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
        $"FFmpeg {FFmpegLibrary.Version} ({FFmpegLibrary.Folder ?? "the system's"}) has no {what} for '{codec}'. A build with more codecs may have it: " +
        $"the package libavcodec-extra on Debian and Ubuntu, ffmpeg from RPM Fusion on Fedora, or a build of your own in {FFmpegLibrary.FolderVariable}.");
}
