using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Counts packets and passes them on.</summary>
internal sealed class PacketCount : Element
{
    private readonly OutputPad _output;

    public PacketCount(string name)
        : base(name)
    {
        AddInput();
        _output = AddOutput();
    }

    /// <summary>The number of packets so far; read it when the pipeline has ended.</summary>
    public long Packets { get; private set; }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Packets++;
        _output.Push(buffer);
    }
}
