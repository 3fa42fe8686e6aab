using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>A sink that keeps everything in order: buffers, which it owns, and events.</summary>
internal sealed class Recorder : Element
{
    private readonly Action<MediaBuffer>? _seen;

    /// <param name="seen">Called with each buffer, which is then not kept; null: all are kept.</param>
    public Recorder(Action<MediaBuffer>? seen = null, string name = "recorder")
        : base(name)
    {
        _seen = seen;
        AddInput();
    }

    public List<MediaBuffer> Buffers { get; } = [];

    /// <summary>Buffers and events in the order in which they came.</summary>
    public List<object> All { get; } = [];

    public IEnumerable<MediaFormat> Formats => All.OfType<FormatChanged>().Select(changed => changed.Format);

    public MediaFormat Format => Formats.Last();

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (_seen is not null)
        {
            _seen(buffer);
            buffer.Release();
            return;
        }

        Buffers.Add(buffer);
        All.Add(buffer);
    }

    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        All.Add(mediaEvent);
        base.OnEvent(input, mediaEvent);
    }
}
