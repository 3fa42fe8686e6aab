using System.Buffers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>Keeps the bytes and the times of all buffers.</summary>
internal sealed class ByteSink : Element
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ByteSink(string name)
        : base(name) => AddInput();

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public List<(int Offset, ClockTime Pts, ClockTime Duration, BufferFlags Flags)> Buffers { get; } = [];

    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Buffers.Add((_bytes.WrittenCount, buffer.Pts, buffer.Duration, buffer.Flags));
        _bytes.Write(buffer.Data);
        buffer.Release();
    }
}
