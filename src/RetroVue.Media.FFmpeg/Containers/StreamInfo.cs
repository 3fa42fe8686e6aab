using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>One stream of a file, as its container and first packets describe it. Immutable.</summary>
/// <param name="Index">Its number in the file, from zero.</param>
/// <param name="Format">What its packets are.</param>
/// <param name="TimeBase">The container's tick for it, in seconds; times are whole numbers of these.</param>
/// <param name="StartTime">When it is first presented, on the line of its PTS; None if it carries no times.</param>
/// <param name="Duration">How long it is presented, as the container says; None if it does not.</param>
public sealed record StreamInfo(int Index, EncodedFormat Format, Rational TimeBase, ClockTime StartTime, ClockTime Duration)
{
    /// <summary>True for a picture that goes with the file, such as a cover: it has no place in time.</summary>
    public bool IsAttachedPicture { get; init; }

    /// <summary>Its language as the file has it, usually by ISO 639-2, such as "deu"; null if it does not say.</summary>
    public string? Language { get; init; }

    /// <summary>True if pictures are decoded in another order than they are shown in.</summary>
    public bool IsReordered => ReorderDepth > 0;

    /// <summary>How many pictures a decoder holds back to show them in order; 0 where they come in that order, and of sound.</summary>
    public int ReorderDepth { get; init; }

    /// <summary>
    /// How many degrees, 0 to 45, the container turns the picture beyond <see cref="VideoFormat.Orientation"/>, which knows quarter turns only.
    /// </summary>
    public double Tilt { get; init; }
}
