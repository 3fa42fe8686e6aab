using RetroVue.Media.Clocks;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Flow;

/// <summary>
/// A live source. Each item comes at its time, as a buffer with a DTS or as an event, and is lost if it is not taken then.
/// </summary>
internal sealed class LiveScript : Element
{
    private static readonly ClockTime s_patience = ClockTime.FromMilliseconds(100);
    private readonly IClock _clock;
    private readonly (ClockTime Due, object Item)[] _script;
    private int _next;

    public LiveScript(string name, IClock clock, params (ClockTime Due, object Item)[] script)
        : base(name)
    {
        _clock = clock;
        _script = script;
        AddOutput();
        AddTask(Step);
    }

    /// <summary>The number of bytes of a buffer.</summary>
    public int BufferLength { get; init; } = 1;

    public int Lost { get; private set; }

    public override ElementLatency Latency => new(ClockTime.Zero, ClockTime.None, IsLive: true);

    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();

    private StepResult Step()
    {
        if (_next == _script.Length)
        {
            Outputs[0].Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        (ClockTime due, object item) = _script[_next];
        ClockTime now = _clock.Now;
        if (now < due)
        {
            return StepResult.At(_clock, due);
        }

        _next++;
        switch (item)
        {
            case MediaEvent mediaEvent:
                Outputs[0].Push(mediaEvent);
                break;
            case ClockTime when now - due > s_patience:
                Lost++;
                break;
            case ClockTime time:
                MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(BufferLength));
                buffer.Pts = buffer.Dts = time;
                Outputs[0].Push(buffer);
                break;
        }

        return StepResult.Again;
    }
}
