using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.TestSources;

/// <summary>
/// Pictures that can be identified. Each shows its number and time as digits and as <see cref="FrameBlocks"/>, and a bar that sweeps over
/// colour bars. A white square flashes on the first frame of each second, together with the beep of a <see cref="TestToneSource"/>.
/// </summary>
/// <remarks>
/// Yuv420P, limited range. Frame n has the PTS <c>ClockTime.FromUnits(n, rate.Inverse)</c>, exact for any n, and the sequence n. After
/// the first few frames nothing is allocated.
/// </remarks>
public sealed class TestVideoSource : Element
{
    private readonly TestVideoOptions _options;
    private readonly TestPicture _picture;
    private readonly OutputPad _output;
    private readonly StepTask _task;
    private readonly long _end;
    private long _next;
    private volatile bool _isEnding;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The pictures; null for endless 640x360 at 25 frames per second.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TestVideoSource(string name, TestVideoOptions? options = null)
        : base(name)
    {
        _options = options ?? new TestVideoOptions();
        if (_options.Width < 96 || _options.Height < 48 || (_options.Width | _options.Height) % 2 != 0 || !_options.FrameRate.IsPositive
            || _options.StartFrame < 0 || _options.Count < 0)
        {
            throw new ArgumentException(
                $"A test picture needs an even size of at least 96x48, a positive rate and no negative counts; not {_options.Width}x{_options.Height}"
                + $" at {_options.FrameRate}, start {_options.StartFrame}, count {_options.Count}.",
                nameof(options));
        }

        Format = new VideoFormat(PixelFormat.Yuv420P, _options.Width, _options.Height, _options.FrameRate)
        {
            Color = new ColorDescription("tv", "bt709", "bt709", "bt709"),
        };
        _picture = new TestPicture(Format);
        _next = _options.StartFrame;
        _end = _options.Count is { } count ? checked(_next + count) : long.MaxValue;
        _output = AddOutput();
        _task = AddTask(Produce, _options.Placement);
    }

    /// <summary>The format of the pictures.</summary>
    public VideoFormat Format { get; }

    /// <summary>No delay: a frame is available at its PTS, and can be taken at any time after.</summary>
    public override ElementLatency Latency => new(ClockTime.Zero, ClockTime.None, _options.IsLive);

    /// <inheritdoc/>
    protected internal override void Prepare()
    {
        _output.Push(new FormatChanged(Format));
        _output.Push(new Segment(PtsOf(_options.StartFrame), ClockTime.None, ClockTime.Zero));
    }

    /// <inheritdoc/>
    protected internal override void EndStream()
    {
        _isEnding = true;
        _task.Wake();
    }

    /// <inheritdoc/>
    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    private ClockTime PtsOf(long frame) => ClockTime.FromUnits(frame, _options.FrameRate.Inverse);

    private StepResult Produce()
    {
        if (_next == _end || _isEnding)
        {
            _output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        ClockTime pts = PtsOf(_next);
        if (_options.IsLive)
        {
            ClockTime due = Pipeline.BaseTime + pts - PtsOf(_options.StartFrame);
            if (Pipeline.Clock.Now < due)
            {
                return StepResult.At(Pipeline.Clock, due);
            }
        }

        MediaBuffer buffer = MediaBuffer.Create(_picture.Draw(_next, pts));
        buffer.Pts = pts;
        buffer.Duration = PtsOf(_next + 1) - pts;
        buffer.Sequence = _next++;
        buffer.Flags = BufferFlags.KeyFrame;
        _output.Push(buffer);
        return StepResult.Again;
    }
}
