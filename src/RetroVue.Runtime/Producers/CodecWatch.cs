using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Producers;

/// <summary>Stands before a decoder, which cannot decode packets of another codec: if a file changes its codec, it ends the item.</summary>
internal sealed class CodecWatch : Element
{
    private readonly CodedChanges _changes = new();
    private EncodedFormat? _format;

    public CodecWatch(string name)
        : base(name)
    {
        AddInput();
        AddOutput();
    }

    /// <exception cref="InvalidDataException">The packet has another codec.</exception>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if ((buffer.Flags & BufferFlags.Corrupt) == BufferFlags.None
            && _changes.Next(buffer.Data, buffer.IsKeyFrame) is { } changed && changed.Codec != _format?.Codec)
        {
            buffer.Release();
            throw new InvalidDataException(
                $"From here on its codec is {changed.Codec}; before, it was {_format?.Codec}. A stream can have only one codec. Split the file here, or encode it with one codec.");
        }

        Outputs[0].Push(buffer);
    }

    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        if (mediaEvent is FormatChanged { Format: EncodedFormat format })
        {
            _format = format;
            _changes.Expect(format);
        }

        Forward(mediaEvent);
    }
}
