using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>A source of the sound of <see cref="FrameNumbers"/>. The PTS of frame n is n over the rate, plus the hole.</summary>
internal sealed class CounterSource : Element
{
    private readonly AudioFormat _format;
    private readonly long _total;
    private readonly OutputPad _output;
    private long _next;

    public CounterSource(string name, AudioFormat format, long total)
        : base(name)
    {
        (_format, _total) = (format, total);
        _output = AddOutput();
        AddTask(Produce);
    }

    /// <summary>The sample from which PTS are later by <see cref="Hole"/>.</summary>
    public long HoleAt { get; init; } = long.MaxValue;

    public ClockTime Hole { get; init; }

    /// <summary>The number of frames of silence before the first number.</summary>
    public int LeadIn { get; init; }

    /// <summary>The frame from which there is silence again.</summary>
    public long LeadOutAt { get; init; } = long.MaxValue;

    /// <summary>The sample at which the source falls silent, and for how long.</summary>
    public (long At, ClockTime For) Silence { get; set; } = (long.MaxValue, ClockTime.Zero);

    public ClockTime PtsOf(long sample) => _format.DurationOf(sample) + (sample >= HoleAt ? Hole : ClockTime.Zero);

    protected override void Prepare()
    {
        _output.Push(new FormatChanged(_format));
        _output.Push(Segment.Default);
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();

    private StepResult Produce()
    {
        if (_next >= _total)
        {
            _output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        if (_next >= Silence.At)
        {
            ClockTime until = Pipeline.Executor.Waiter.SystemClock.Now + Silence.For;
            Silence = (long.MaxValue, ClockTime.Zero);
            return StepResult.At(Pipeline.Executor.Waiter.SystemClock, until);
        }

        int count = (int)Math.Min(1000, (_next < LeadIn ? LeadIn : _next < LeadOutAt ? Math.Min(_total, LeadOutAt) : _total) - _next);
        HeapMemory memory = HeapMemory.Create(count * _format.BytesPerFrame);
        if (_next < LeadIn || _next >= LeadOutAt)
        {
            memory.WritablePlane(0).Clear();
        }
        else
        {
            FrameNumbers.Write(_format, _next - LeadIn, memory.WritablePlane(0));
        }

        MediaBuffer buffer = MediaBuffer.Create(memory);
        buffer.Pts = PtsOf(_next);
        buffer.Duration = _format.DurationOf(count);
        _next += count;
        _output.Push(buffer);
        return StepResult.Again;
    }
}
