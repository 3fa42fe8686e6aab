using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>Reports the progress of a stream, and passes everything on.</summary>
internal sealed class ProgressMeter : Element
{
    private readonly Action<ClockTime> _advanced;
    private readonly OutputPad _output;

    /// <summary>Makes a meter.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="advanced">Called with the end of each buffer, on the pipeline's thread.</param>
    public ProgressMeter(string name, Action<ClockTime> advanced)
        : base(name)
    {
        _advanced = advanced;
        AddInput();
        _output = AddOutput();
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        _advanced(buffer.End);
        _output.Push(buffer);
    }
}
