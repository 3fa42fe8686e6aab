namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>The options of a <see cref="VideoConverter"/>.</summary>
public sealed record VideoConverterOptions
{
    /// <summary>The quality of scaling; by default <see cref="ScalingQuality.Good"/>.</summary>
    public ScalingQuality Quality { get; init; } = ScalingQuality.Good;

    /// <summary>
    /// True to fill the whole picture even if that changes its shape; false, the default, to keep the shape and add black bars.
    /// </summary>
    public bool Stretch { get; init; }

    /// <summary>
    /// Called, on the pushing thread, if an input cannot be converted correctly, for example if FFmpeg has no filter to map high dynamic
    /// range. The text describes the problem and continues a sentence that begins with "the picture". Once for each format of the input. For whoever builds the
    /// converter and knows what the input is; everybody else has the pipeline's event "falls-short", which says the same.
    /// </summary>
    public Action<string>? FallsShort { get; init; }

    /// <summary>
    /// True to keep one output format for the whole run, as a file needs it: frame rate, scan and colour properties that the wanted format
    /// does not set stay those of the first input. Later pictures are scaled and their colours converted to it; they keep their own times,
    /// even at another frame rate. False, the default, to follow the input.
    /// </summary>
    public bool KeepFormat { get; init; }
}
