using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Producers;

/// <summary>The encoders of copied channels' slates, in the codecs of the channels.</summary>
internal static class SlateEncoders
{
    private const long SoundRate = 192_000;

    /// <summary>Returns the maximum bits per second of a channel's slates.</summary>
    public static long MostBitRate(ChannelFormats formats) =>
        (formats.Video is { } video ? RateOf(video.Video) : 0) + (formats.Audio is null ? 0 : SoundRate);

    /// <summary>Returns the encoder for a channel's stream; null if this FFmpeg has none for its codec.</summary>
    public static EncoderOptions? For(EncodedFormat format)
    {
        EncoderOptions? options = format.Codec switch
        {
            "h264" => TranscodeStage.VideoOptions,
            "hevc" => new EncoderOptions
            {
                Codec = "hevc",
                Preset = "ultrafast",
                Quality = 28,
                BFrames = 0,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["forced-idr"] = "1", ["x265-params"] = "log-level=error" },
            },
            "mpeg1video" or "mpeg2video" => new EncoderOptions { Codec = format.Codec, BitRate = RateOf(format.Video), BFrames = 0 },
            "aac" => TranscodeStage.AudioOptions,
            "mp2" or "mp3" or "ac3" or "eac3" => new EncoderOptions { Codec = format.Codec, BitRate = SoundRate },
            _ => null,
        };
        return options is not null && Encoder.Exists(options.Codec) ? options : null;
    }

    /// <summary>
    /// Returns the format in which the pictures of a channel's slates are encoded; null if there are none, or no encoder for them.
    /// </summary>
    public static VideoFormat? Picture(EncodedFormat? format) => format is { Video: { } video } && For(format) is not null
        ? video with { PixelFormat = format.Codec is "hevc" && format.Profile == "Main 10" ? PixelFormat.Yuv420P10Le : PixelFormat.Yuv420P }
        : null;

    /// <summary>
    /// Returns the format in which the silence of a channel's slates is encoded; null if there is none, or no encoder for it.
    /// </summary>
    public static AudioFormat? Silence(EncodedFormat? format) => format is { Audio: { } audio } && For(format) is not null
        ? audio with { SampleFormat = format.Codec == "mp2" ? SampleFormat.S16 : SampleFormat.F32Planar }
        : null;

    // A rate that is always enough for a fixed picture: two bits per pixel and second.
    private static long RateOf(VideoFormat? video) => Math.Max(400_000, video is null ? 0 : 2L * video.Width * video.Height);
}
