using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVFilter;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Filters;

/// <summary>A chain of libavfilter filters from pictures to pictures. For one thread at a time.</summary>
internal sealed unsafe class FilterGraph : IDisposable
{
    private static readonly Rational s_nanosecond = new(1, 1_000_000_000);

    private readonly FilterGraphHandle _graph = new();
    private readonly AVFilterContext* _source;
    private readonly AVFilterContext* _sink;
    private readonly Rational _timeBase;

    /// <param name="description">The filters, as in "fps=25,scale=640:360" (libavfilter's syntax).</param>
    /// <param name="input">The input's format.</param>
    /// <param name="pixels">The input's pixel format, even if <paramref name="input"/> has no name for it.</param>
    /// <param name="range">
    /// "tv" or "pc": the range that libavfilter keeps when it converts between filters; null: it converts full range to limited range.
    /// </param>
    /// <exception cref="FFmpegException">The description is wrong, or a filter is missing or does not support the input.</exception>
    public FilterGraph(string description, VideoFormat input, AVPixelFormat pixels, string? range)
    {
        try
        {
            _graph.Pointer->nb_threads = 1;
            KeepRange(range);
            _source = AddSource(input, pixels);
            _sink = Add("buffersink", "out");
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
    }

    /// <summary>Passes a frame to the graph, which takes over its references.</summary>
    /// <param name="frame">The frame; it is empty afterwards.</param>
    /// <param name="pts">Its time.</param>
    public void Push(AVFrame* frame, ClockTime pts)
    {
        // None and AV_NOPTS_VALUE are the same number.
        frame->pts = pts.Nanoseconds;
        var before = ErrorMark.Now;
        av_buffersrc_add_frame_flags(_source, frame, 0).ThrowIfError("Filtering", before);
    }

    /// <summary>Tells the filters that no more frames come.</summary>
    /// <param name="end">The end of the last frame; None if not known.</param>
    public void End(ClockTime end)
    {
        var before = ErrorMark.Now;
        av_buffersrc_close(_source, end.Nanoseconds, AV_BUFFERSRC_FLAG_PUSH).ThrowIfError("Filtering", before);
    }

    /// <summary>Takes a frame from the graph; false if the graph needs more input first.</summary>
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

    private AVFilterContext* AddSource(VideoFormat input, AVPixelFormat pixels)
    {
        var source = Add("buffer", "in");
        var parameters = av_buffersrc_parameters_alloc();
        FFmpegErrors.ThrowIfNull(parameters, "Making a filter's input");
        try
        {
            parameters->time_base = s_nanosecond.ToNative();
            parameters->format = (int)pixels;
            parameters->width = input.Width;
            parameters->height = input.Height;
            parameters->sample_aspect_ratio = input.SampleAspectRatio.ToNative();
            parameters->frame_rate = input.FrameRate.ToNative();
            av_buffersrc_parameters_set(source, parameters).ThrowIfError("Making a filter's input");
        }
        finally
        {
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
        // From libavfilter's point of view: the source feeds the graph's open output, the sink its open input.
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
}
