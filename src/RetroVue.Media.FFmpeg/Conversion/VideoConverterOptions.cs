namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>How a <see cref="VideoConverter"/> works.</summary>
public sealed record VideoConverterOptions
{
    /// <summary>How pictures are scaled; <see cref="ScalingQuality.Good"/> unless told.</summary>
    public ScalingQuality Quality { get; init; } = ScalingQuality.Good;

    /// <summary>
    /// True to fill the whole picture even where that changes its shape; false, the default, to keep the shape and put black bars
    /// around it.
    /// </summary>
    public bool Stretch { get; init; }
}
