using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.TestSources;

/// <summary>The sound that a <see cref="TestToneSource"/> produces.</summary>
public sealed class TestToneOptions
{
    /// <summary>The sample format: F32, F32Planar, S16 or S16Planar.</summary>
    public SampleFormat SampleFormat { get; init; } = SampleFormat.F32Planar;

    /// <summary>Samples per second and channel; 8000 to 192000.</summary>
    public int SampleRate { get; init; } = 48_000;

    /// <summary>The channels, at most 8; all have the same sound.</summary>
    public ChannelLayout Layout { get; init; } = ChannelLayout.Stereo;

    /// <summary>Samples in a buffer, at least 1; the last one may have fewer.</summary>
    public int SamplesPerBuffer { get; init; } = 1024;

    /// <summary>
    /// True to produce each buffer when its last sample is due by the pipeline's clock; false to produce buffers as fast as they are taken.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>The number of the first sample, at least 0; its PTS is counted from sample 0, its running time is zero.</summary>
    public long StartSample { get; init; }

    /// <summary>The duration of the sound, rounded to whole samples; None for endless.</summary>
    public ClockTime Duration { get; init; } = ClockTime.None;

    /// <summary>The placement of the source's task.</summary>
    public StepPlacement Placement { get; init; }
}
