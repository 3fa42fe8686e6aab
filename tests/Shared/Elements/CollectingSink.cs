using RetroVue.Media.Pipelines;

namespace RetroVue.Tests;

/// <summary>A sink that passes each buffer to a test, releases the buffer, and keeps the events.</summary>
public sealed class CollectingSink : Element
{
    private readonly Action<MediaBuffer>? _onBuffer;

    public CollectingSink(string name, Action<MediaBuffer>? onBuffer = null)
        : base(name)
    {
        _onBuffer = onBuffer;
        AddInput();
    }

    /// <summary>
    /// Called with each buffer; returns true if the test releases the buffer. If it is null, the sink releases all buffers.
    /// </summary>
    public Func<MediaBuffer, bool>? Keep { get; set; }

    public List<MediaEvent> Events { get; } = [];

    public long Count { get; private set; }

    public ElementLatency ShownLatency { get; init; } = ElementLatency.None;

    public override ElementLatency Latency => ShownLatency;

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Count++;
        bool isKept = false;
        try
        {
            _onBuffer?.Invoke(buffer);
            isKept = Keep is { } keep && keep(buffer);
        }
        finally
        {
            if (!isKept)
            {
                buffer.Release();
            }
        }
    }

    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        Events.Add(mediaEvent);
        base.OnEvent(input, mediaEvent);
    }
}
