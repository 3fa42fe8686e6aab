using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers.Slates;

namespace RetroVue.Runtime.Producers;

/// <summary>
/// Makes slates: the channel's name, a clock and the next title, with silence. It runs as fast as its output is taken.
/// </summary>
/// <remarks>
/// Times are on the channel's line: frame n has the PTS <c>ClockTime.FromUnits(n, rate.Inverse)</c> and the sequence n, sample n the PTS
/// <c>ClockTime.FromUnits(n, 1/rate)</c>, both counted from the epoch. So slates and the items around them share one grid. The PTS of the
/// first and the last frame lie between the start and the end. The clock shows the time at which the frame is scheduled, not the present
/// time. Frames of the same second share their memory; after the first few frames nothing is allocated.
/// </remarks>
internal sealed class SlateSource : Element
{
    /// <summary>The number of samples in a buffer of silence; the last buffer may have fewer.</summary>
    public const int SamplesPerBuffer = 1024;

    private const int MaxChannels = 8;

    private readonly SlateOptions _options;
    private readonly SlateFrames? _frames;
    private readonly Rational _sampleTime;
    private readonly long _sampleEnd;
    private long _sample;
    private long _blocks;
    private MediaMemory? _silence;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The content, the times and the formats.</param>
    /// <exception cref="ArgumentException">There is neither picture nor sound, slates do not support a format, or a time is
    /// None.</exception>
    public SlateSource(string name, SlateOptions options)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        _options = options;
        if (options.Video is not null)
        {
            _frames = new SlateFrames(options);
            VideoOutput = AddOutput("video");
        }

        if (options.Audio is { } audio)
        {
            _sampleTime = new Rational(1, audio.SampleRate);
            (_sample, _sampleEnd) = (SlateFrames.FirstFrom(options.From, _sampleTime), SlateFrames.FirstFrom(options.Until, _sampleTime));
            AudioOutput = AddOutput("audio");
        }

        AddTask(Produce, options.Placement);
    }

    /// <summary>The output of the pictures; null if there are none.</summary>
    public OutputPad? VideoOutput { get; }

    /// <summary>The output of the silence; null if there is none.</summary>
    public OutputPad? AudioOutput { get; }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        if (_options.Video is { } video)
        {
            _frames!.Prepare();
            Announce(VideoOutput!, video);
        }

        if (_options.Audio is { } audio)
        {
            _silence = CreateSilence(audio, SamplesPerBuffer);
            Announce(AudioOutput!, audio);
        }
    }

    /// <inheritdoc/>
    protected override void Stop()
    {
        _frames?.Release();
        _silence?.Release();
        _silence = null;
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    private static void Validate(SlateOptions options)
    {
        if (options.Video is null && options.Audio is null)
        {
            throw new ArgumentException("A slate needs a picture, sound, or both.", nameof(options));
        }

        if (options.Video is { } video && !SlatePicture.CanDraw(video))
        {
            throw new ArgumentException(
                $"A slate's picture has to be yuv420p, at least {SlateLayout.MinWidth}x{SlateLayout.MinHeight}, with a positive rate, not '{video}'.",
                nameof(options));
        }

        if (options.Audio is { } audio
            && (audio.SampleFormat != SampleFormat.F32Planar || audio.SampleRate < 1 || audio.Layout.Channels is < 1 or > MaxChannels))
        {
            throw new ArgumentException($"A slate's sound has to be f32planar of 1 to {MaxChannels} channels, not '{audio}'.", nameof(options));
        }

        if (options.From.IsNone || options.Until.IsNone)
        {
            throw new ArgumentException("A slate needs a start and an end.", nameof(options));
        }
    }

    private static void Announce(OutputPad output, MediaFormat format)
    {
        output.Push(new FormatChanged(format));
        output.Push(Segment.Default);
    }

    private static HeapMemory CreateSilence(AudioFormat format, int samples)
    {
        int length = samples * sizeof(float);
        Span<(int Length, int Stride)> planes = stackalloc (int, int)[format.Layout.Channels];
        planes.Fill((length, length));
        HeapMemory memory = HeapMemory.Create(planes);
        for (int i = 0; i < planes.Length; i++)
        {
            memory.WritablePlane(i).Clear();
        }

        return memory;
    }

    private StepResult Produce()
    {
        bool hasSample = _sample < _sampleEnd;
        if (_frames is { HasNext: true } frames && (!hasSample || frames.NextTime <= SampleTime(_sample)))
        {
            VideoOutput!.Push(frames.Make());
        }
        else if (hasSample)
        {
            PushSilence();
        }
        else
        {
            Forward(EndOfStream.Instance);
            return StepResult.Finished;
        }

        return StepResult.Again;
    }

    private void PushSilence()
    {
        int samples = (int)Math.Min(SamplesPerBuffer, _sampleEnd - _sample);
        ClockTime pts = SampleTime(_sample);
        MediaBuffer buffer = MediaBuffer.Create(samples == SamplesPerBuffer ? _silence!.Retain() : CreateSilence(_options.Audio!, samples));
        buffer.Pts = pts;
        buffer.Duration = SampleTime(_sample + samples) - pts;
        buffer.Sequence = _blocks++;
        buffer.Flags = BufferFlags.KeyFrame;
        _sample += samples;
        AudioOutput!.Push(buffer);
    }

    private ClockTime SampleTime(long sample) => ClockTime.FromUnits(sample, _sampleTime);
}
