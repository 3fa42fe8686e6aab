using RetroVue.Media.Clocks;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Pushes one buffer per millisecond; its PTS is the system time just before the push.</summary>
internal sealed class PacedSource : Element
{
    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(1);

    private readonly OutputPad _output;
    private ClockTime _due = ClockTime.None;

    public PacedSource(string name)
        : base(name)
    {
        _output = AddOutput();
        AddTask(Step);
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no inputs.");

    private StepResult Step()
    {
        SystemClock clock = SystemClock.Instance;
        if (!_due.IsNone)
        {
            var buffer = MediaBuffer.Create(HeapMemory.Create(1024));
            buffer.Pts = clock.Now;
            _output.Push(buffer);
        }

        _due = clock.Now + s_interval;
        return StepResult.At(clock, _due);
    }
}
