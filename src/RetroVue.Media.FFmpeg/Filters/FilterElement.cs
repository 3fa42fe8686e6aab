using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Filters;

/// <summary>
/// Sends pictures through filters of libavfilter's. Times are the filters' own: those that make no new pictures keep them to the
/// nanosecond, "fps" puts them on the grid of its rate. The description ends with "format=…" where a pixel format is wanted.
/// </summary>
internal sealed unsafe class FilterElement : Element
{
    private readonly string _description;
    private readonly OutputPad _output;
    private readonly FramePool _pool = new();
    private readonly PictureSource _source = new();
    private readonly FrameHandle _frame = new();
    private readonly HeaderTrail _trail = new();
    private FilterGraph? _graph;
    private FrameMemory? _next;
    private VideoFormat? _input;
    private AVPixelFormat _pixels;
    private ClockTime _duration = ClockTime.None;
    private ClockTime _end = ClockTime.None;

    public FilterElement(string name, string description)
        : base(name)
    {
        _description = description;
        AddInput();
        _output = AddOutput();
    }

    protected override bool Accepts(InputPad input, MediaFormat format) => format is VideoFormat { PixelFormat: not PixelFormat.Unknown };

    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case FormatChanged changed:
                Drain();
                _input = (VideoFormat)changed.Format;
                _pixels = FormatNames.ToNative(_input.PixelFormat);
                Open();
                break;
            case Segment or EndOfStream or Gap:
                Drain();
                Forward(mediaEvent);
                break;
            default:
                Forward(mediaEvent);
                break;
        }
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        try
        {
            if (_graph is null)
            {
                Open();
            }

            var format = _input!;
            _source.Refer(_frame.Pointer, buffer.Memory, _pixels, format.Width, format.Height);
            var frame = _frame.Pointer;
            frame->sample_aspect_ratio = format.SampleAspectRatio.ToNative();
            frame->IsInterlaced = format.Interlacing != Interlacing.Progressive;
            frame->IsTopFieldFirst = format.Interlacing == Interlacing.TopFieldFirst;
            _graph!.Push(frame, buffer.Pts);
        }
        finally
        {
            _trail.Add(buffer);
            _end = buffer.End;
            buffer.Release();
        }

        Pull();
    }

    protected override void Flush() => Close();

    protected override void Dispose(bool disposing)
    {
        Close();
        _next?.Release();
        _next = null;
        _frame.Dispose();
        _source.Dispose();
        _pool.Dispose();
        base.Dispose(disposing);
    }

    private void Open()
    {
        Close();
        _graph = new FilterGraph(_description, _input ?? throw new InvalidOperationException($"'{Name}' was given a buffer before a format."));
        var output = (VideoFormat)_graph.Output;
        _duration = output.FrameRate.IsPositive ? ClockTime.FromUnits(1, output.FrameRate.Inverse) : ClockTime.None;
        if (!output.Equals(_output.Format))
        {
            _output.Push(new FormatChanged(output));
        }
    }

    private void Pull()
    {
        while (true)
        {
            var memory = _next ??= _pool.Rent();
            if (!_graph!.TryPull(memory.Frame, out var pts))
            {
                return;
            }

            _next = null;
            var buffer = MediaBuffer.Create(memory);
            buffer.Pts = pts;
            buffer.Duration = _duration;
            _trail.MarkStretch(buffer);
            _output.Push(buffer);
        }
    }

    private void Drain()
    {
        if (_graph is { } graph)
        {
            graph.End(_end);
            Pull();
            Close();
        }
    }

    private void Close()
    {
        _graph?.Dispose();
        _graph = null;
    }
}
