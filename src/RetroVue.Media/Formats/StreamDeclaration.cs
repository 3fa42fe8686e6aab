using RetroVue.Media.Time;

namespace RetroVue.Media.Formats;

/// <summary>
/// What a stream says of its pictures or sound in FFmpeg's own words, where <see cref="VideoFormat"/> and <see cref="AudioFormat"/> say
/// less. Who writes the stream again takes a word from here as long as it still means what those say. Immutable; equal by value.
/// </summary>
public sealed record StreamDeclaration
{
    /// <summary>The pixel or sample format that decoding gives: "yuv422p10le", "s32p"; null if not stated.</summary>
    public string? RawFormat { get; init; }

    /// <summary>
    /// How fields are coded and shown: "progressive", or two letters, first the field that is coded first, then the one that is shown
    /// first: "tt", "bb", "tb", "bt"; null if not stated.
    /// </summary>
    public string? FieldOrder { get; init; }

    /// <summary>Width of a pixel over its height; 0/1 where not stated, which counts as square.</summary>
    public Rational SampleAspectRatio { get; init; } = new(0, 1);

    /// <summary>Whether the range of the colours is stated, and not only the pixel format's; true for sound.</summary>
    public bool HasRange { get; init; } = true;

    /// <summary>The channels: "5.1(side)", "2 channels" where they have no places; null if not stated.</summary>
    public string? Layout { get; init; }
}
