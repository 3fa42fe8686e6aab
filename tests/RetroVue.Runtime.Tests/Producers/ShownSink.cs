using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Tests.Producers;

/// <summary>A sink that shows each buffer to a test, releases it, and keeps the events.</summary>
internal sealed class ShownSink : Element
{
    private readonly Action<MediaBuffer> _onBuffer;

    public ShownSink(string name, Action<MediaBuffer> onBuffer)
        : base(name)
    {
        _onBuffer = onBuffer;
        AddInput();
    }

    public List<MediaEvent> Events { get; } = [];

    public long Count { get; private set; }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Count++;
        try
        {
            _onBuffer(buffer);
        }
        finally
        {
            buffer.Release();
        }
    }

    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        Events.Add(mediaEvent);
        base.OnEvent(input, mediaEvent);
    }
}
