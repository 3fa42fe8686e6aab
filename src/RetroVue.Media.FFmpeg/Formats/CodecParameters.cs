using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Formats;

/// <summary>Between AVCodecParameters (libavcodec/codec_par.h) and <see cref="EncodedFormat"/>.</summary>
internal static unsafe class CodecParameters
{
    // AV_LEVEL_UNKNOWN, which headers before 6.1 call FF_LEVEL_UNKNOWN.
    private const int LevelUnknown = -99;

    /// <summary>The format that codec parameters describe.</summary>
    /// <param name="parameters">The parameters; of a stream or of an encoder.</param>
    /// <param name="frameRate">What their owner says of the frame rate, which they hold from FFmpeg 6.1 on only; default: unknown.</param>
    /// <param name="aspect">The shape of a pixel where the container says another than the codec; default: the codec's.</param>
    public static EncodedFormat Read(AVCodecParameters* parameters, Rational frameRate = default, Rational aspect = default)
    {
        var kind = parameters->codec_type switch
        {
            AVMediaType.AVMEDIA_TYPE_VIDEO => MediaKind.Video,
            AVMediaType.AVMEDIA_TYPE_AUDIO => MediaKind.Audio,
            AVMediaType.AVMEDIA_TYPE_SUBTITLE => MediaKind.Subtitle,
            _ => MediaKind.Other,
        };
        return new EncodedFormat(NativeText.Read(avcodec_get_name(parameters->codec_id))!, kind)
        {
            Profile = ProfileName(parameters->codec_id, parameters->profile),
            Level = Math.Max(parameters->level, 0),
            ParameterSets = new ReadOnlySpan<byte>(parameters->extradata, parameters->extradata_size).ToArray(),
            Video = kind == MediaKind.Video ? ReadVideo(parameters, frameRate, aspect) : null,
            Audio = kind == MediaKind.Audio ? ReadAudio(parameters) : null,
            BitRate = Math.Max(parameters->bit_rate, 0),
            InitialPadding = kind == MediaKind.Audio ? parameters->initial_padding : 0,
            FrameSize = kind == MediaKind.Audio ? parameters->frame_size : 0,
        };
    }

    /// <summary>
    /// Writes a format into fresh codec parameters. The codec tag is left to the muxer. The frame rate is written where there is a field
    /// for it (FFmpeg 6.1 on).
    /// </summary>
    /// <exception cref="FFmpegException">FFmpeg knows no such codec or channel layout, or is out of memory.</exception>
    public static void Write(EncodedFormat format, AVCodecParameters* target)
    {
        using var name = new NativeText(format.Codec);
        var descriptor = avcodec_descriptor_get_by_name(name);
        if (descriptor is null)
        {
            AVERROR_DECODER_NOT_FOUND.ThrowIfError($"Looking up the codec '{format.Codec}'");
        }

        target->codec_type = descriptor->type;
        target->codec_id = descriptor->id;
        target->profile = ProfileNumber(descriptor, format.Profile);
        target->level = format.Level == 0 ? LevelUnknown : format.Level;
        target->bit_rate = format.BitRate;
        WriteParameterSets(format.ParameterSets.Span, target);
        if (format.Video is { } video)
        {
            WriteVideo(video, target);
        }

        if (format.Audio is { } audio)
        {
            target->format = (int)FormatNames.ToNative(audio.SampleFormat);
            target->sample_rate = audio.SampleRate;
            target->frame_size = format.FrameSize;
            target->initial_padding = format.InitialPadding;
            FormatNames.WriteLayout(audio.Layout, ref target->ch_layout);
        }
    }

    /// <summary>The codec's profile by the name that libavcodec gives it; null where not known.</summary>
    public static string? ProfileName(AVCodecID codec, int profile)
    {
        var descriptor = avcodec_descriptor_get(codec);
        var known = descriptor is null || profile == AV_PROFILE_UNKNOWN ? null : descriptor->profiles;
        while (known is not null && known->profile != AV_PROFILE_UNKNOWN)
        {
            if (known->profile == profile)
            {
                return NativeText.Read(known->name);
            }

            known++;
        }

        return null;
    }

    private static int ProfileNumber(AVCodecDescriptor* descriptor, string? name)
    {
        var known = name is null ? null : descriptor->profiles;
        while (known is not null && known->profile != AV_PROFILE_UNKNOWN)
        {
            if (NativeText.Read(known->name) == name)
            {
                return known->profile;
            }

            known++;
        }

        return AV_PROFILE_UNKNOWN;
    }

    private static VideoFormat ReadVideo(AVCodecParameters* parameters, Rational frameRate, Rational aspect)
    {
        var pixels = FormatNames.ToPixelFormat((AVPixelFormat)parameters->format, out var isFullRange);
        var color = FormatNames.ToColor(parameters->color_range, parameters->color_primaries, parameters->color_trc, parameters->color_space);
        if (!frameRate.IsPositive && AVCodecParameters.has_framerate)
        {
            frameRate = parameters->framerate.ToRational();
        }

        if (!aspect.IsPositive)
        {
            aspect = parameters->sample_aspect_ratio.ToRational();
        }

        return new VideoFormat(pixels, parameters->width, parameters->height, frameRate.IsPositive ? frameRate.Reduce() : new Rational(0, 1))
        {
            SampleAspectRatio = aspect.IsPositive ? aspect.Reduce() : new Rational(1, 1),
            Interlacing = parameters->field_order switch
            {
                // The second letter is the field that is shown first: libavcodec/defs.h.
                AVFieldOrder.AV_FIELD_TT or AVFieldOrder.AV_FIELD_BT => Interlacing.TopFieldFirst,
                AVFieldOrder.AV_FIELD_BB or AVFieldOrder.AV_FIELD_TB => Interlacing.BottomFieldFirst,
                _ => Interlacing.Progressive,
            },
            Color = isFullRange ? color with { Range = "pc" } : color,
        };
    }

    private static void WriteVideo(VideoFormat video, AVCodecParameters* target)
    {
        target->format = (int)FormatNames.ToNative(video.PixelFormat);
        target->width = video.Width;
        target->height = video.Height;
        target->sample_aspect_ratio = video.SampleAspectRatio.ToNative();
        target->field_order = video.Interlacing switch
        {
            Interlacing.TopFieldFirst => AVFieldOrder.AV_FIELD_TT,
            Interlacing.BottomFieldFirst => AVFieldOrder.AV_FIELD_BB,
            // Progressive is also what is said where nothing is known: a file must not claim it.
            _ => AVFieldOrder.AV_FIELD_UNKNOWN,
        };
        (target->color_range, target->color_primaries, target->color_trc, target->color_space) = FormatNames.ToNative(video.Color);
        if (AVCodecParameters.has_framerate && video.FrameRate.IsPositive)
        {
            target->framerate = video.FrameRate.ToNative();
        }
    }

    private static AudioFormat ReadAudio(AVCodecParameters* parameters) => new(
        FormatNames.ToSampleFormat((AVSampleFormat)parameters->format),
        parameters->sample_rate,
        FormatNames.ToLayout(ref parameters->ch_layout));

    private static void WriteParameterSets(ReadOnlySpan<byte> sets, AVCodecParameters* target)
    {
        if (sets.IsEmpty)
        {
            return;
        }

        var bytes = (byte*)av_mallocz((nuint)sets.Length + AV_INPUT_BUFFER_PADDING_SIZE);
        FFmpegErrors.ThrowIfNull(bytes, "Allocating parameter sets");
        sets.CopyTo(new Span<byte>(bytes, sets.Length));
        target->extradata = bytes;
        target->extradata_size = sets.Length;
    }
}
