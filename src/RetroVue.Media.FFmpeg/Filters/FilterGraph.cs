using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVFilter;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Filters;

/// <summary>A chain of libavfilter's with one input and one output, both pictures or both sound. For one thread at a time.</summary>
internal sealed unsafe class FilterGraph : IDisposable
{
    private static readonly Rational s_nanosecond = new(1, 1_000_000_000);

    private readonly FilterGraphHandle _graph = new();
    private readonly AVFilterContext* _source;
    private readonly AVFilterContext* _sink;
    private readonly Rational _timeBase;

    /// <param name="description">The filters, as in "fps=25,scale=640:360" (libavfilter's syntax).</param>
    /// <param name="input">What goes in.</param>
    /// <param name="pixels">The pixel format where <paramref name="input"/> has no name for it.</param>
    /// <param name="range">
    /// "tv" or "pc": the range of pictures that libavfilter keeps where it converts between filters; null: it makes limited range of full.
    /// </param>
    /// <exception cref="FFmpegException">The description is wrong, or a filter is missing or takes no such input.</exception>
    public FilterGraph(string description, MediaFormat input, AVPixelFormat pixels = AVPixelFormat.AV_PIX_FMT_NONE, string? range = null)
    {
        bool isVideo = input is VideoFormat;
        try
        {
            _graph.Pointer->nb_threads = 1;
            KeepRange(range);
            _source = AddSource(isVideo, input, pixels);
            _sink = Add(isVideo ? "buffersink" : "abuffersink", "out");
            avfilter_init_str(_sink, null).ThrowIfError("Making a filter's output");
            Parse(description);
            var before = ErrorMark.Now;
            avfilter_graph_config(_graph.Pointer, null).ThrowIfError($"Configuring the filters '{description}'", before);
        }
        catch
        {
            _graph.Dispose();
            throw;
        }

        _timeBase = av_buffersink_get_time_base(_sink).ToRational();
        Output = isVideo ? DescribeVideo((VideoFormat)input) : DescribeAudio();
    }

    /// <summary>What comes out.</summary>
    public MediaFormat Output { get; }

    /// <summary>Puts a frame in, whose references the graph takes over.</summary>
    /// <param name="frame">The frame, without content afterwards.</param>
    /// <param name="pts">Its time.</param>
    public void Push(AVFrame* frame, ClockTime pts)
    {
        // None and AV_NOPTS_VALUE are the same number.
        frame->pts = pts.Nanoseconds;
        var before = ErrorMark.Now;
        av_buffersrc_add_frame_flags(_source, frame, 0).ThrowIfError("Filtering", before);
    }

    /// <summary>Tells the filters that nothing more comes.</summary>
    /// <param name="end">The end of the last frame; None if not known.</param>
    public void End(ClockTime end)
    {
        var before = ErrorMark.Now;
        av_buffersrc_close(_source, end.Nanoseconds, AV_BUFFERSRC_FLAG_PUSH).ThrowIfError("Filtering", before);
    }

    /// <summary>Takes a frame out; false if more must be put in first.</summary>
    public bool TryPull(AVFrame* frame, out ClockTime pts)
    {
        pts = ClockTime.None;
        var before = ErrorMark.Now;
        int code = av_buffersink_get_frame(_sink, frame);
        if (code is AVERROR_EAGAIN or AVERROR_EOF)
        {
            return false;
        }

        code.ThrowIfError("Filtering", before);
        pts = frame->pts == AV_NOPTS_VALUE ? ClockTime.None : ClockTime.FromUnits(frame->pts, _timeBase);
        return true;
    }

    public void Dispose() => _graph.Dispose();

    private void KeepRange(string? range)
    {
        if (range is not null)
        {
            using NativeText name = new("scale_sws_opts"), value = new($"in_range={range}:out_range={range}");
            av_opt_set(_graph.Pointer, name, value, 0).ThrowIfError("Making filters");
        }
    }

    private AVFilterContext* AddSource(bool isVideo, MediaFormat input, AVPixelFormat pixels)
    {
        var source = Add(isVideo ? "buffer" : "abuffer", "in");
        var parameters = av_buffersrc_parameters_alloc();
        FFmpegErrors.ThrowIfNull(parameters, "Making a filter's input");
        try
        {
            parameters->time_base = s_nanosecond.ToNative();
            if (input is VideoFormat video)
            {
                parameters->format = (int)(pixels == AVPixelFormat.AV_PIX_FMT_NONE ? FormatNames.ToNative(video.PixelFormat) : pixels);
                parameters->width = video.Width;
                parameters->height = video.Height;
                parameters->sample_aspect_ratio = video.SampleAspectRatio.ToNative();
                parameters->frame_rate = video.FrameRate.ToNative();
            }
            else
            {
                var audio = (AudioFormat)input;
                parameters->format = (int)FormatNames.ToNative(audio.SampleFormat);
                parameters->sample_rate = audio.SampleRate;
                FormatNames.WriteLayout(audio.Layout, ref parameters->ch_layout);
            }

            av_buffersrc_parameters_set(source, parameters).ThrowIfError("Making a filter's input");
        }
        finally
        {
            fixed (AVChannelLayout* layout = &parameters->ch_layout)
            {
                av_channel_layout_uninit(layout);
            }

            av_free(parameters);
        }

        var before = ErrorMark.Now;
        avfilter_init_str(source, null).ThrowIfError("Making a filter's input", before);
        return source;
    }

    private AVFilterContext* Add(string filter, string name)
    {
        using NativeText filterName = new(filter), nodeName = new(name);
        var context = avfilter_graph_alloc_filter(_graph.Pointer, avfilter_get_by_name(filterName), nodeName);
        FFmpegErrors.ThrowIfNull(context, "Making a filter");
        return context;
    }

    private void Parse(string description)
    {
        // libavfilter's view: the graph's open output is fed by the source, its open input by the sink.
        var outputs = avfilter_inout_alloc();
        var inputs = avfilter_inout_alloc();
        try
        {
            FFmpegErrors.ThrowIfNull(outputs, "Making a filter");
            FFmpegErrors.ThrowIfNull(inputs, "Making a filter");
            Name(outputs, "in", _source);
            Name(inputs, "out", _sink);
            using var text = new NativeText(description);
            var before = ErrorMark.Now;
            avfilter_graph_parse_ptr(_graph.Pointer, text, &inputs, &outputs, null).ThrowIfError($"Making the filters '{description}'", before);
        }
        finally
        {
            avfilter_inout_free(&inputs);
            avfilter_inout_free(&outputs);
        }
    }

    private static void Name(AVFilterInOut* pad, string name, AVFilterContext* filter)
    {
        // libavfilter frees the name with its own allocator.
        var bytes = System.Text.Encoding.UTF8.GetBytes(name);
        pad->name = (byte*)av_mallocz((nuint)bytes.Length + 1);
        FFmpegErrors.ThrowIfNull(pad->name, "Making a filter");
        bytes.CopyTo(new Span<byte>(pad->name, bytes.Length));
        pad->filter_ctx = filter;
        pad->pad_idx = 0;
        pad->next = null;
    }

    private VideoFormat DescribeVideo(VideoFormat input)
    {
        var rate = av_buffersink_get_frame_rate(_sink).ToRational();
        var aspect = av_buffersink_get_sample_aspect_ratio(_sink).ToRational();
        return input with
        {
            PixelFormat = FormatNames.ToPixelFormat((AVPixelFormat)av_buffersink_get_format(_sink), out _),
            Width = av_buffersink_get_w(_sink),
            Height = av_buffersink_get_h(_sink),
            FrameRate = rate.IsPositive ? rate.Reduce() : new Rational(0, 1),
            SampleAspectRatio = aspect.IsPositive ? aspect.Reduce() : new Rational(1, 1),
        };
    }

    private AudioFormat DescribeAudio()
    {
        AVChannelLayout layout = default;
        try
        {
            av_buffersink_get_ch_layout(_sink, &layout).ThrowIfError("Describing a filter's output");
            return new AudioFormat(
                FormatNames.ToSampleFormat((AVSampleFormat)av_buffersink_get_format(_sink)),
                av_buffersink_get_sample_rate(_sink),
                FormatNames.ToLayout(ref layout));
        }
        finally
        {
            av_channel_layout_uninit(&layout);
        }
    }
}
