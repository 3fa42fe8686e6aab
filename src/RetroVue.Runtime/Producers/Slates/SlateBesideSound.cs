using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>Passes sound on and adds a slate up to the time of the sound: for items that have no picture of their own.</summary>
internal sealed class SlateBesideSound : Element
{
    private readonly SlateFrames _frames;
    private readonly VideoFormat _format;
    private Segment _segment = Segment.Default;
    private bool _isAnnounced;

    /// <param name="name">The element's name.</param>
    /// <param name="options">The slate; it has a picture.</param>
    public SlateBesideSound(string name, SlateOptions options)
        : base(name)
    {
        _format = options.Video!;
        _frames = new SlateFrames(options);
        AddInput();
        AudioOutput = AddOutput("audio");
        VideoOutput = AddOutput("video");
    }

    /// <summary>The output of the unchanged sound.</summary>
    public OutputPad AudioOutput { get; }

    /// <summary>The output of the slate.</summary>
    public OutputPad VideoOutput { get; }

    /// <inheritdoc/>
    protected override void Prepare() => _frames.Prepare();

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) => format is AudioFormat;

    /// <inheritdoc/>
    protected override void Stop() => _frames.Release();

    /// <inheritdoc/>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case Segment segment:
                _segment = segment;
                break;
            case Gap gap:
                ShowUntil(gap.Pts + gap.Duration);
                break;
            case EndOfStream:
                Announce();
                VideoOutput.Push(mediaEvent);
                break;
        }

        AudioOutput.Push(mediaEvent);
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        ClockTime end = buffer.End;
        AudioOutput.Push(buffer);
        ShowUntil(end);
    }

    private void ShowUntil(ClockTime end)
    {
        Announce();
        ClockTime until = _segment.ToRunningTime(end);
        while (_frames.HasNext && _frames.NextTime < until)
        {
            VideoOutput.Push(_frames.Make());
        }
    }

    private void Announce()
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            VideoOutput.Push(new FormatChanged(_format));
            VideoOutput.Push(Segment.Default);
        }
    }
}
