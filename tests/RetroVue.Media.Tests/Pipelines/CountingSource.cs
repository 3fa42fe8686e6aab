using RetroVue.Media.Clocks;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>
/// Gives out numbered buffers at a rate. If it has a clock, the clock paces it; otherwise it gives them as fast as they are taken.
/// </summary>
internal sealed class CountingSource : Element
{
    private readonly OutputPad _output;
    private readonly Rational _rate;
    private readonly long _count;
    private readonly IClock? _pacedBy;
    private long _next;

    public CountingSource(string name, long count, Rational? rate = null, IClock? pacedBy = null, StepPlacement placement = StepPlacement.Shared)
        : base(name)
    {
        _count = count;
        _rate = rate ?? new Rational(25, 1);
        _pacedBy = pacedBy;
        _output = AddOutput();
        AddTask(Step, placement);
    }

    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();

    private StepResult Step()
    {
        if (_next == _count)
        {
            _output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        ClockTime due = ClockTime.FromUnits(_next, _rate.Inverse);
        if (_pacedBy is not null && _pacedBy.Now < due)
        {
            return StepResult.At(_pacedBy, due);
        }

        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(8));
        buffer.Pts = due;
        buffer.Duration = ClockTime.FromUnits(_next + 1, _rate.Inverse) - due;
        buffer.Sequence = _next++;
        _output.Push(buffer);
        return StepResult.Again;
    }
}
