using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>Shows each buffer and event to a test, and releases the buffers unless the test keeps them.</summary>
internal sealed class PictureSink : Element
{
    public PictureSink(string name, Func<MediaBuffer, bool>? keep = null)
        : base(name)
    {
        Keep = keep;
        AddInput();
    }

    /// <summary>Called with each buffer; true where it will be released by whoever is called.</summary>
    public Func<MediaBuffer, bool>? Keep { get; set; }

    public List<MediaEvent> Events { get; } = [];

    public long Count { get; private set; }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Count++;
        if (Keep is null || !Keep(buffer))
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
