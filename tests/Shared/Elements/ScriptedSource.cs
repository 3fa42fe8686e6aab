using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Tests;

/// <summary>Pushes the items of a script, one in each step. Then ends the stream of every output that has not ended.</summary>
/// <remarks>
/// Items are <see cref="MediaEvent"/>s, <see cref="MediaBuffer"/>s whose ownership the script passes on, and times. A
/// <see cref="ClockTime"/> stands for a buffer with that PTS and DTS; a pair of them also has a duration.
/// </remarks>
public sealed class ScriptedSource : Element
{
    private readonly IEnumerator<(int Output, object Item)> _script;
    private readonly HashSet<int> _ended = [];

    /// <summary>Makes a source with one output.</summary>
    public ScriptedSource(IEnumerable<object> script)
        : this("script", 1, script.Select(item => (0, item)))
    {
    }

    /// <summary>Makes a source with several outputs; each item names its output.</summary>
    public ScriptedSource(string name, int outputs, params IEnumerable<(int Output, object Item)> script)
        : base(name)
    {
        _script = script.GetEnumerator();
        for (int i = 0; i < outputs; i++)
        {
            AddOutput($"out{i}");
        }

        AddTask(Step);
    }

    /// <summary>True if the source is silent after the script and does not end.</summary>
    public bool IsEndless { get; init; }

    public ElementLatency ShownLatency { get; init; } = ElementLatency.None;

    public override ElementLatency Latency => ShownLatency;

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no inputs.");

    protected override void Dispose(bool disposing)
    {
        _script.Dispose();
        base.Dispose(disposing);
    }

    private StepResult Step()
    {
        if (_script.MoveNext())
        {
            (int output, object item) = _script.Current;
            Push(output, item);
            return StepResult.Again;
        }

        if (IsEndless)
        {
            return StepResult.Idle;
        }

        for (int i = 0; i < Outputs.Count; i++)
        {
            if (!_ended.Contains(i))
            {
                Outputs[i].Push(EndOfStream.Instance);
            }
        }

        return StepResult.Finished;
    }

    private void Push(int output, object item)
    {
        switch (item)
        {
            case EndOfStream end:
                _ended.Add(output);
                Outputs[output].Push(end);
                break;
            case MediaEvent mediaEvent:
                Outputs[output].Push(mediaEvent);
                break;
            case MediaBuffer buffer:
                Outputs[output].Push(buffer);
                break;
            case (ClockTime dts, ClockTime duration):
                Outputs[output].Push(Timed(dts, duration));
                break;
            default:
                Outputs[output].Push(Timed((ClockTime)item, ClockTime.None));
                break;
        }
    }

    private static MediaBuffer Timed(ClockTime dts, ClockTime duration)
    {
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(1));
        (buffer.Pts, buffer.Dts, buffer.Duration) = (dts, dts, duration);
        return buffer;
    }
}
