using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>A sink that keeps buffers and events in order. It owns the buffers.</summary>
internal sealed class Recorder : Element
{
    public Recorder()
        : base("recorder") => AddInput();

    public List<MediaBuffer> Buffers { get; } = [];

    /// <summary>Buffers and events in the order in which they came.</summary>
    public List<object> All { get; } = [];

    public IEnumerable<MediaFormat> Formats => All.OfType<FormatChanged>().Select(changed => changed.Format);

    public MediaFormat Format => Formats.Last();

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Buffers.Add(buffer);
        All.Add(buffer);
    }

    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        All.Add(mediaEvent);
        base.OnEvent(input, mediaEvent);
    }
}
