using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>One stream of a file, as its container and first packets describe it. Immutable.</summary>
/// <param name="Index">Its number in the file, from zero.</param>
/// <param name="Format">The format of its packets.</param>
/// <param name="TimeBase">The container's tick, in seconds; times are whole numbers of ticks.</param>
/// <param name="StartTime">The first presentation time, on the line of its PTS; None if it has no times.</param>
/// <param name="Duration">The duration by the container; None if it is not known.</param>
public sealed record StreamInfo(int Index, EncodedFormat Format, Rational TimeBase, ClockTime StartTime, ClockTime Duration)
{
    /// <summary>True for a picture that is attached to the file, such as a cover, and has no time.</summary>
    public bool IsAttachedPicture { get; init; }

    /// <summary>The language code in the file, usually by ISO 639-2, such as "deu"; null if there is none.</summary>
    public string? Language { get; init; }

    /// <summary>True if pictures are decoded in another order than they are shown.</summary>
    public bool IsReordered => ReorderDepth > 0;

    /// <summary>The number of pictures that a decoder holds back to reorder them; 0 without reordering, and for sound.</summary>
    public int ReorderDepth { get; init; }

    /// <summary>
    /// The rotation, in degrees from 0 to 45, in addition to the quarter turns of <see cref="VideoFormat.Orientation"/>.
    /// </summary>
    public double Tilt { get; init; }
}
