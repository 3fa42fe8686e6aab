using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>A sink that shows each buffer to a test, and releases it.</summary>
internal sealed class ShownSink : Element
{
    private readonly Action<MediaBuffer> _show;

    public ShownSink(string name, Action<MediaBuffer> show)
        : base(name)
    {
        _show = show;
        AddInput();
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        try
        {
            _show(buffer);
        }
        finally
        {
            buffer.Release();
        }
    }
}
