using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>Pushes what a script says, one item a step, then the end of the stream to every output that has not had it.</summary>
internal sealed class ScriptedSource : Element
{
    private readonly (int Output, object Item)[] _script;
    private readonly HashSet<int> _ended = [];
    private int _next;

    /// <param name="script">
    /// Items are <see cref="ClockTime"/>s (a buffer of that DTS), pairs of them (the DTS and the duration) and <see cref="MediaEvent"/>s.
    /// </param>
    public ScriptedSource(string name, int outputs, params (int Output, object Item)[] script)
        : base(name)
    {
        _script = script;
        for (int i = 0; i < outputs; i++)
        {
            AddOutput($"out{i}");
        }

        AddTask(Step);
    }

    /// <summary>True to fall silent after the script instead of ending.</summary>
    public bool IsEndless { get; init; }

    public ElementLatency ShownLatency { get; init; } = ElementLatency.None;

    public override ElementLatency Latency => ShownLatency;

    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();

    private StepResult Step()
    {
        if (_next == _script.Length)
        {
            if (IsEndless)
            {
                return StepResult.Idle;
            }

            for (int i = 0; i < Outputs.Count; i++)
            {
                if (_ended.Add(i))
                {
                    Outputs[i].Push(EndOfStream.Instance);
                }
            }

            return StepResult.Finished;
        }

        (int output, object item) = _script[_next++];
        if (item is MediaEvent mediaEvent)
        {
            if (mediaEvent is EndOfStream)
            {
                _ended.Add(output);
            }

            Outputs[output].Push(mediaEvent);
        }
        else
        {
            MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(1));
            (buffer.Dts, buffer.Duration) = item is (ClockTime dts, ClockTime duration) ? (dts, duration) : ((ClockTime)item, ClockTime.None);
            buffer.Pts = buffer.Dts;
            Outputs[output].Push(buffer);
        }

        return StepResult.Again;
    }
}
