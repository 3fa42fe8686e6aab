using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>A sink that shows each buffer and event to a test, and releases the buffers.</summary>
internal sealed class CollectingSink : Element
{
    private readonly Action<MediaBuffer>? _onBuffer;

    public CollectingSink(string name, Action<MediaBuffer>? onBuffer = null)
        : base(name)
    {
        _onBuffer = onBuffer;
        AddInput();
    }

    public List<MediaEvent> Events { get; } = [];

    public long Count { get; private set; }

    public ElementLatency ShownLatency { get; init; } = ElementLatency.None;

    public override ElementLatency Latency => ShownLatency;

    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Count++;
        try
        {
            _onBuffer?.Invoke(buffer);
        }
        finally
        {
            buffer.Release();
        }
    }

    protected internal override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        Events.Add(mediaEvent);
        base.OnEvent(input, mediaEvent);
    }
}
