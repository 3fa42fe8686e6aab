using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Formats;

/// <summary>Converts between AVCodecParameters (libavcodec/codec_par.h) and <see cref="EncodedFormat"/>.</summary>
internal static unsafe class CodecParameters
{
    // AV_LEVEL_UNKNOWN, which is called FF_LEVEL_UNKNOWN before 6.1.
    private const int LevelUnknown = -99;

    /// <summary>Reads a format from codec parameters.</summary>
    /// <param name="parameters">The parameters; of a stream or of an encoder.</param>
    /// <param name="frameRate">The frame rate from their owner, because they contain it only from FFmpeg 6.1 on; default: unknown.</param>
    /// <param name="aspect">The shape of a pixel if the container's differs from the codec's; default: the codec's.</param>
    public static EncodedFormat Read(AVCodecParameters* parameters, Rational frameRate = default, Rational aspect = default)
    {
        var kind = parameters->codec_type switch
        {
            AVMediaType.AVMEDIA_TYPE_VIDEO => MediaKind.Video,
            AVMediaType.AVMEDIA_TYPE_AUDIO => MediaKind.Audio,
            AVMediaType.AVMEDIA_TYPE_SUBTITLE => MediaKind.Subtitle,
            _ => MediaKind.Other,
        };
        var format = new EncodedFormat(NativeText.Read(avcodec_get_name(parameters->codec_id))!, kind)
        {
            Profile = ProfileName(parameters->codec_id, parameters->profile),
            ProfileNumber = parameters->profile == AV_PROFILE_UNKNOWN ? null : parameters->profile,
            Level = parameters->level == LevelUnknown ? null : parameters->level,
            CodecTag = parameters->codec_tag,
            ParameterSets = new ReadOnlySpan<byte>(parameters->extradata, parameters->extradata_size).ToArray(),
            BitRate = Math.Max(parameters->bit_rate, 0),
            BlockAlign = parameters->block_align,
            BitsPerCodedSample = parameters->bits_per_coded_sample,
            BitsPerRawSample = parameters->bits_per_raw_sample,
            SideData = parameters->SideData.ToManaged(),
        };
        return kind switch
        {
            MediaKind.Video => WithVideo(format, parameters, frameRate, aspect),
            MediaKind.Audio => WithAudio(format, parameters),
            _ => format,
        };
    }

    /// <summary>
    /// Writes a format to fresh codec parameters, with the codec tag of its origin. The frame rate and the side data are written if there
    /// is a field for them (FFmpeg 6.1 on); before, side data belongs to the stream.
    /// </summary>
    /// <exception cref="FFmpegException">FFmpeg does not know the codec or the channel layout, or is out of memory.</exception>
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
        target->codec_tag = format.CodecTag;
        target->profile = format.ProfileNumber is { } number && ProfileName(descriptor->id, number) == format.Profile
            ? number
            : ProfileNumber(descriptor, format.Profile);
        target->level = format.Level ?? LevelUnknown;
        target->bit_rate = format.BitRate;
        target->block_align = format.BlockAlign;
        target->bits_per_coded_sample = format.BitsPerCodedSample;
        target->bits_per_raw_sample = format.BitsPerRawSample;
        WriteParameterSets(format.ParameterSets.Span, target);
        target->AddSideData(format.SideData);
        if (format.Video is { } video)
        {
            WriteVideo(format, video, target);
        }

        if (format.Audio is { } audio)
        {
            WriteAudio(format, audio, target);
        }
    }

    /// <summary>Returns libavcodec's name of a codec's profile; null if not known.</summary>
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

    private static EncodedFormat WithVideo(EncodedFormat format, AVCodecParameters* parameters, Rational frameRate, Rational aspect)
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

        return format with
        {
            ReorderDepth = parameters->video_delay,
            ChromaLocation = FormatNames.ToChromaLocation(parameters->chroma_location),
            Declared = new StreamDeclaration
            {
                RawFormat = NativeText.Read(av_get_pix_fmt_name((AVPixelFormat)parameters->format)),
                FieldOrder = FormatNames.ToFieldOrder(parameters->field_order),
                SampleAspectRatio = aspect.IsPositive ? aspect.Reduce() : new Rational(0, 1),
                HasRange = parameters->color_range != AVColorRange.AVCOL_RANGE_UNSPECIFIED,
            },
            Video = new VideoFormat(pixels, parameters->width, parameters->height, frameRate.IsPositive ? frameRate.Reduce() : new Rational(0, 1))
            {
                SampleAspectRatio = aspect.IsPositive ? aspect.Reduce() : new Rational(1, 1),
                Interlacing = ToInterlacing(parameters->field_order),
                Color = isFullRange ? color with { Range = "pc" } : color,
            },
        };
    }

    // The second letter is the field that is shown first: see libavcodec/defs.h.
    private static Interlacing ToInterlacing(AVFieldOrder order) => order switch
    {
        AVFieldOrder.AV_FIELD_TT or AVFieldOrder.AV_FIELD_BT => Interlacing.TopFieldFirst,
        AVFieldOrder.AV_FIELD_BB or AVFieldOrder.AV_FIELD_TB => Interlacing.BottomFieldFirst,
        _ => Interlacing.Progressive,
    };

    private static void WriteVideo(EncodedFormat format, VideoFormat video, AVCodecParameters* target)
    {
        var declared = format.Declared;
        target->width = video.Width;
        target->height = video.Height;
        target->video_delay = format.ReorderDepth;
        target->chroma_location = FormatNames.ToNativeChromaLocation(format.ChromaLocation);
        target->format = (int)(FormatNames.TryPixelFormat(declared?.RawFormat, video.PixelFormat) ?? FormatNames.ToNative(video.PixelFormat));
        target->sample_aspect_ratio = DeclaredAspect(format).ToNative();
        var order = FormatNames.ToNativeFieldOrder(declared?.FieldOrder);
        target->field_order = ToInterlacing(order) == video.Interlacing ? order : video.Interlacing switch
        {
            Interlacing.TopFieldFirst => AVFieldOrder.AV_FIELD_TT,
            Interlacing.BottomFieldFirst => AVFieldOrder.AV_FIELD_BB,
            // Progressive is also the value if nothing is known: a file must not claim it.
            _ => AVFieldOrder.AV_FIELD_UNKNOWN,
        };
        (target->color_range, target->color_primaries, target->color_trc, target->color_space) = FormatNames.ToNative(video.Color);
        if (declared is { HasRange: false } && video.Color.Range == "pc" && declared.RawFormat?.StartsWith("yuvj", StringComparison.Ordinal) == true)
        {
            target->color_range = AVColorRange.AVCOL_RANGE_UNSPECIFIED;
        }

        if (AVCodecParameters.has_framerate && video.FrameRate.IsPositive)
        {
            target->framerate = video.FrameRate.ToNative();
        }
    }

    /// <summary>Returns the shape of a pixel; 0/1 if the stream does not declare it and nothing has changed it since.</summary>
    public static Rational DeclaredAspect(EncodedFormat format)
    {
        var aspect = format.Video?.SampleAspectRatio ?? new Rational(0, 1);
        return format.Declared is { SampleAspectRatio.Numerator: 0 } && aspect == new Rational(1, 1) ? new Rational(0, 1) : aspect;
    }

    private static EncodedFormat WithAudio(EncodedFormat format, AVCodecParameters* parameters) => format with
    {
        InitialPadding = parameters->initial_padding,
        TrailingPadding = parameters->trailing_padding,
        SeekPreroll = parameters->seek_preroll,
        FrameSize = parameters->frame_size,
        Declared = new StreamDeclaration
        {
            RawFormat = NativeText.Read(av_get_sample_fmt_name((AVSampleFormat)parameters->format)),
            Layout = FormatNames.Describe(ref parameters->ch_layout),
        },
        Audio = new AudioFormat(
            FormatNames.ToSampleFormat((AVSampleFormat)parameters->format),
            parameters->sample_rate,
            FormatNames.ToLayout(ref parameters->ch_layout)),
    };

    private static void WriteAudio(EncodedFormat format, AudioFormat audio, AVCodecParameters* target)
    {
        target->format = (int)(FormatNames.TrySampleFormat(format.Declared?.RawFormat, audio.SampleFormat) ?? FormatNames.ToNative(audio.SampleFormat));
        target->sample_rate = audio.SampleRate;
        target->frame_size = format.FrameSize;
        target->initial_padding = format.InitialPadding;
        target->trailing_padding = format.TrailingPadding;
        target->seek_preroll = format.SeekPreroll;
        // A stream that begins after the first packets that libavformat reads has no known parameters: its decoder finds them.
        if (audio.Layout.Channels > 0 && !FormatNames.TryWriteLayout(format.Declared?.Layout, audio.Layout, ref target->ch_layout))
        {
            FormatNames.WriteLayout(audio.Layout, ref target->ch_layout);
        }
    }

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
