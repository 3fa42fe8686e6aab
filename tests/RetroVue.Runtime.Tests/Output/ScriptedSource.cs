using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output;

/// <summary>Gives out packets of one stream with the times, in milliseconds, that it is told, and ends.</summary>
internal sealed class ScriptedSource : Element
{
    private readonly EncodedFormat _format;
    private readonly Queue<(int Pts, int Dts, bool IsKeyFrame)> _packets;

    public ScriptedSource(string name, EncodedFormat format, params (int Pts, int Dts, bool IsKeyFrame)[] packets)
        : base(name)
    {
        _format = format;
        _packets = new(packets);
        Output = AddOutput("packets");
        AddTask(Step);
    }

    public OutputPad Output { get; }

    protected override void Prepare()
    {
        Output.Push(new FormatChanged(_format));
        Output.Push(Segment.Default);
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    private StepResult Step()
    {
        if (!_packets.TryDequeue(out (int Pts, int Dts, bool IsKeyFrame) packet))
        {
            Output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(new byte[1000]));
        buffer.Pts = ClockTime.FromMilliseconds(packet.Pts);
        buffer.Dts = ClockTime.FromMilliseconds(packet.Dts);
        buffer.Flags = packet.IsKeyFrame ? BufferFlags.KeyFrame : BufferFlags.None;
        Output.Push(buffer);
        return StepResult.Again;
    }
}
