using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.TestSources;

/// <summary>The pictures that a <see cref="TestVideoSource"/> produces.</summary>
public sealed class TestVideoOptions
{
    /// <summary>Width in pixels; even, at least 96.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Height in pixels; even, at least 48.</summary>
    public int Height { get; init; } = 360;

    /// <summary>Frames per second; positive.</summary>
    public Rational FrameRate { get; init; } = new(25, 1);

    /// <summary>
    /// True to produce each frame when it is due by the pipeline's clock; false to produce frames as fast as they are taken.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>The number of the first frame, at least 0; its PTS is counted from frame 0, its running time is zero.</summary>
    public long StartFrame { get; init; }

    /// <summary>The number of frames, at least 0; null for endless.</summary>
    public long? Count { get; init; }

    /// <summary>The placement of the source's task.</summary>
    public StepPlacement Placement { get; init; }
}
