using RetroVue.Media.Time;

namespace RetroVue.Media.Formats;

/// <summary>
/// FFmpeg's own description of a stream's pictures or sound, which can be more exact than <see cref="VideoFormat"/> and
/// <see cref="AudioFormat"/>. A muxer uses a value from here if it does not contradict those. Immutable; equal by value.
/// </summary>
public sealed record StreamDeclaration
{
    /// <summary>The pixel or sample format of the decoded media: "yuv422p10le", "s32p"; null if not declared.</summary>
    public string? RawFormat { get; init; }

    /// <summary>
    /// The order in which fields are encoded and shown: "progressive", or two letters, first the field that is encoded first, then the
    /// field that is shown first: "tt", "bb", "tb", "bt"; null if not declared.
    /// </summary>
    public string? FieldOrder { get; init; }

    /// <summary>Width of a pixel over its height; 0/1 if not declared, which counts as square.</summary>
    public Rational SampleAspectRatio { get; init; } = new(0, 1);

    /// <summary>True if the range of the colours is declared, and not only implied by the pixel format; true for sound.</summary>
    public bool HasRange { get; init; } = true;

    /// <summary>The channels: "5.1(side)", or "2 channels" if they have no positions; null if not declared.</summary>
    public string? Layout { get; init; }
}
