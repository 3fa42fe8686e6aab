using System.Globalization;
using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Opens encoders (libavcodec/avcodec.h).</summary>
internal static unsafe class EncoderSetup
{
    /// <summary>What pictures without a nominal rate are counted in.</summary>
    private static readonly Rational s_anyRate = new(1, 90_000);

    /// <summary>The unit that an encoder of pictures counts in: a frame where the rate is known.</summary>
    public static Rational TimeBase(VideoFormat format) => format.FrameRate.IsPositive ? format.FrameRate.Inverse : s_anyRate;

    /// <summary>An open encoder.</summary>
    /// <exception cref="ArgumentException">The encoder does not know one of the settings.</exception>
    /// <exception cref="FFmpegException">It does not open with that format and these options.</exception>
    public static CodecContextHandle Open(AVCodec* codec, EncoderOptions options, MediaFormat format)
    {
        var handle = new CodecContextHandle(codec);
        AVDictionary* settings = null;
        try
        {
            var context = handle.Pointer;
            context->thread_count = options.Threads;
            // Without this AAC carries the name of the library's version, and the bytes change with it.
            context->flags |= AV_CODEC_FLAG_BITEXACT | (options.GlobalHeader ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
            context->bit_rate = options.BitRate > 0 ? options.BitRate : context->bit_rate;
            if (format is VideoFormat video)
            {
                Configure(context, options, video);
            }
            else
            {
                Configure(context, (AudioFormat)format);
            }

            foreach (var (name, value) in Settings(NativeText.Read(codec->name)!, options, format))
            {
                FFmpegDictionary.Set(&settings, name, value);
            }

            var before = ErrorMark.Now;
            avcodec_open2(context, codec, &settings).ThrowIfError($"Opening the encoder '{options.Codec}' for {format}", before);
            var unknown = FFmpegDictionary.Read(settings).Select(setting => setting.Key).ToArray();
            if (unknown.Length > 0)
            {
                throw new ArgumentException($"The encoder '{NativeText.Read(codec->name)}' has no option {string.Join(", ", unknown)}.", nameof(options));
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
        finally
        {
            av_dict_free(&settings);
        }
    }

    /// <summary>What an open encoder gives out.</summary>
    public static EncodedFormat Describe(AVCodecContext* context, MediaFormat input)
    {
        using var parameters = new CodecParametersHandle();
        avcodec_parameters_from_context(parameters.Pointer, context).ThrowIfError("Describing an encoder");
        return CodecParameters.Read(parameters.Pointer, (input as VideoFormat)?.FrameRate ?? default) with { SideData = context->SideData.ToManaged() };
    }

    private static void Configure(AVCodecContext* context, EncoderOptions options, VideoFormat video)
    {
        context->width = video.Width;
        context->height = video.Height;
        context->pix_fmt = FormatNames.ToNative(video.PixelFormat);
        context->sample_aspect_ratio = video.SampleAspectRatio.ToNative();
        context->time_base = TimeBase(video).ToNative();
        if (video.FrameRate.IsPositive)
        {
            context->framerate = video.FrameRate.ToNative();
        }

        (context->color_range, context->color_primaries, context->color_trc, context->colorspace) = FormatNames.ToNative(video.Color);
        if (video.Interlacing != Interlacing.Progressive)
        {
            context->flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
            context->field_order = video.Interlacing == Interlacing.TopFieldFirst ? AVFieldOrder.AV_FIELD_TT : AVFieldOrder.AV_FIELD_BB;
        }

        // If every picture is a key frame there is no group to close, and what an encoder wants for closing one is not always there.
        if ((avcodec_descriptor_get(context->codec_id)->props & AV_CODEC_PROP_INTRA_ONLY) == 0)
        {
            context->flags |= AV_CODEC_FLAG_CLOSED_GOP;
        }

        context->max_b_frames = options.BFrames ?? context->max_b_frames;
        if (!options.GopDuration.IsNone)
        {
            // Key frames are asked for by time; the encoder's own count must never come first.
            const int fastest = 240;
            long frames = video.FrameRate.IsPositive ? options.GopDuration.ToUnits(video.FrameRate.Inverse) + 1 : fastest * options.GopDuration.ToUnits(new Rational(1, 1));
            context->gop_size = (int)Math.Clamp(frames, 1, int.MaxValue);
        }

        if (options.MaximumBitRate > 0)
        {
            context->rc_max_rate = options.MaximumBitRate;
            context->rc_buffer_size = (int)Math.Min(options.MaximumBitRate, int.MaxValue);
        }
    }

    private static void Configure(AVCodecContext* context, AudioFormat audio)
    {
        context->sample_fmt = FormatNames.ToNative(audio.SampleFormat);
        context->sample_rate = audio.SampleRate;
        context->time_base = new AVRational { num = 1, den = audio.SampleRate };
        FormatNames.WriteLayout(audio.Layout, ref context->ch_layout);
    }

    private static Dictionary<string, string> Settings(string encoder, EncoderOptions options, MediaFormat format)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (encoder == "libx264")
        {
            // A picture asked to be a key frame is to be one that nothing reaches across; and no others than those asked for.
            settings["forced-idr"] = "1";
            List<string> own = options.GopDuration.IsNone ? [] : ["scenecut=0"];
            if (format is VideoFormat { Interlacing: Interlacing.BottomFieldFirst })
            {
                // FFmpeg tells x264 with the first picture, which is after it has written what it is like.
                own.Add("bff=1");
            }

            if (own.Count > 0)
            {
                settings["x264-params"] = string.Join(':', own);
            }
        }

        if (encoder is "mpeg1video" or "mpeg2video" or "mpeg4" or "mjpeg")
        {
            // These close a GOP only where they do not look for cuts; mjpeg, which has none, says so where it is not told.
            settings["sc_threshold"] = "1000000000";
        }

        if (options.Quality is { } quality)
        {
            settings["crf"] = quality.ToString(CultureInfo.InvariantCulture);
        }

        if (options.Preset is { } preset)
        {
            settings["preset"] = preset;
        }

        if (options.Tune is { } tune)
        {
            settings["tune"] = tune;
        }

        foreach (var (name, value) in options.Settings)
        {
            settings[name] = name == "x264-params" && settings.TryGetValue(name, out var ours) ? $"{ours}:{value}" : value;
        }

        return settings;
    }
}
