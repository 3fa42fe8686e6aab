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
    /// <summary>The time base of pictures without a nominal rate.</summary>
    private static readonly Rational s_anyRate = new(1, 90_000);

    /// <summary>Returns the time base of an encoder of pictures: a frame, if the rate is known.</summary>
    public static Rational TimeBase(VideoFormat format) => format.FrameRate.IsPositive ? format.FrameRate.Inverse : s_anyRate;

    /// <summary>Opens an encoder.</summary>
    /// <exception cref="ArgumentException">The encoder does not know one of the settings.</exception>
    /// <exception cref="FFmpegException">The encoder cannot be opened with that format and these options.</exception>
    public static CodecContextHandle Open(AVCodec* codec, EncoderOptions options, MediaFormat format)
    {
        var handle = new CodecContextHandle(codec);
        AVDictionary* settings = null;
        try
        {
            var context = handle.Pointer;
            context->thread_count = options.Threads;
            // Without this, AAC streams contain the library's version, so their bytes change with it.
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

    /// <summary>Returns the format of an open encoder's output.</summary>
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

        // If each picture is a key frame, there is no group to close, and the options for closed groups are not always available.
        if ((avcodec_descriptor_get(context->codec_id)->props & AV_CODEC_PROP_INTRA_ONLY) == 0)
        {
            context->flags |= AV_CODEC_FLAG_CLOSED_GOP;
        }

        context->max_b_frames = options.BFrames ?? context->max_b_frames;
        if (!options.GopDuration.IsNone)
        {
            // Key frames are requested by time; the encoder's own interval must never come first.
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
            // A requested key frame must be one that no later picture refers across; and there must be no other key frames.
            settings["forced-idr"] = "1";
            List<string> own = options.GopDuration.IsNone ? [] : ["scenecut=0"];
            if (format is VideoFormat { Interlacing: Interlacing.BottomFieldFirst })
            {
                // FFmpeg tells x264 only with the first picture, but by then x264 has written its parameter sets.
                own.Add("bff=1");
            }

            if (own.Count > 0)
            {
                settings["x264-params"] = string.Join(':', own);
            }
        }

        if (encoder is "mpeg1video" or "mpeg2video" or "mpeg4" or "mjpeg")
        {
            // These encoders close a GOP only if scene cut detection is off; mjpeg, which does not detect scene cuts, requires the setting
            // too.
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
