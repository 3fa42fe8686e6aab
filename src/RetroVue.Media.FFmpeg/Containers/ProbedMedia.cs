using System.Collections.Immutable;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The result of <see cref="MediaProbe"/>. Immutable.</summary>
/// <param name="Info">The description of the file.</param>
/// <param name="VideoEnd">The end of the last picture, from the file's own zero, by its packets; None if no picture can be read.</param>
/// <param name="AudioEnd">The end of the last sound, from the file's own zero, by its packets; None if no sound can be read. At least one of
/// the two is not None.</param>
/// <param name="LongestKeyFrameInterval">
/// The longest time from one key frame, a picture that needs no earlier one, to the next, or from the last one to the end. The whole
/// duration if there is no key frame, and None without a picture.
/// </param>
public sealed record ProbedMedia(MediaInfo Info, ClockTime VideoEnd, ClockTime AudioEnd, ClockTime LongestKeyFrameInterval)
{
    /// <summary>
    /// The highest number of bits of picture and sound in any second, up to a quarter too high, without the container's overhead.
    /// </summary>
    public long PeakBitRate { get; init; }

    /// <summary>The average bits per second of picture and sound in the whole file, without the container's overhead.</summary>
    public long AverageBitRate { get; init; }

    /// <summary>
    /// The changes of format in the middle of the file that the probe found: in a file with an index, only the end and some key frames are
    /// checked. Empty if the formats stay as in <see cref="Info"/>.
    /// </summary>
    public ImmutableArray<ChangedFormat> Changes { get; init; } = [];

    /// <summary>
    /// True if the presentation time of more than one picture in a hundred is unknown: the container does not contain it, and it cannot be
    /// derived from the pictures. Such a file can be decoded, but not copied.
    /// </summary>
    public bool HasUntimedPictures { get; init; }

    /// <summary>The duration from the file's own zero to the end of picture and sound, as far as they can be read; not None.</summary>
    public ClockTime Duration => VideoEnd.IsNone ? AudioEnd : AudioEnd.IsNone ? VideoEnd : ClockTime.Max(VideoEnd, AudioEnd);
}
