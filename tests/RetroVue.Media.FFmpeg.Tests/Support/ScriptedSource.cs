using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Pushes what a script yields: events, and buffers that it hands over; the end of the stream follows by itself.</summary>
internal sealed class ScriptedSource : Element
{
    private readonly IEnumerator<object> _script;
    private readonly OutputPad _output;

    public ScriptedSource(IEnumerable<object> script)
        : base("script")
    {
        _script = script.GetEnumerator();
        _output = AddOutput();
        AddTask(Step);
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _script.Dispose();
        base.Dispose(disposing);
    }

    private StepResult Step()
    {
        if (!_script.MoveNext())
        {
            _output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        if (_script.Current is MediaBuffer buffer)
        {
            _output.Push(buffer);
        }
        else
        {
            _output.Push((MediaEvent)_script.Current);
        }

        return StepResult.Again;
    }
}
