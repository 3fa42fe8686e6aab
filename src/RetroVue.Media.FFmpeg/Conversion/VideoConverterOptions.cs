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

    /// <summary>
    /// Called, on the thread that pushes, with what cannot be done to an input as it should, in words that follow on "the picture": where
    /// high dynamic range is not mapped because FFmpeg lacks the filter for it. Once for each format of the input. For whoever builds the
    /// converter and knows what the input is; everybody else has the pipeline's event "falls-short", which says the same.
    /// </summary>
    public Action<string>? FallsShort { get; init; }

    /// <summary>
    /// True to give out one format to the end, as a file needs it: frame rate, scan and what the wanted format leaves open in its colour
    /// stay those of the first input. Later pictures are scaled and their colours converted to it; their times stay their own, also at
    /// another frame rate. False, the default, to follow the input in these.
    /// </summary>
    public bool KeepFormat { get; init; }
}
