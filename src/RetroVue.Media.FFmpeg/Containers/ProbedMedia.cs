using System.Collections.Immutable;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>What <see cref="MediaProbe"/> found out about a file. Immutable; times count from the file's own zero.</summary>
/// <param name="Info">What the file says of itself.</param>
/// <param name="VideoEnd">The end of the last picture, by its packets; None without a picture that can be read.</param>
/// <param name="AudioEnd">The end of the last sound, by its packets; None without sound that can be read. One of the two is a time.</param>
/// <param name="LongestKeyFrameInterval">
/// The longest time from one key frame, a picture that needs nothing before it, to the next, or from the last one to the end; the whole
/// duration where there is none, and None without a picture.
/// </param>
public sealed record ProbedMedia(MediaInfo Info, ClockTime VideoEnd, ClockTime AudioEnd, ClockTime LongestKeyFrameInterval)
{
    /// <summary>The most bits of picture and sound together in any second, or up to a quarter more, without what a container adds.</summary>
    public long PeakBitRate { get; init; }

    /// <summary>Bits per second of picture and sound together over the whole file, without what a container adds.</summary>
    public long AverageBitRate { get; init; }

    /// <summary>
    /// What its picture and sound become in the middle, as far as that was seen: of a file with an index only its end and some key frames
    /// are looked at. Empty where they stay what <see cref="Info"/> says.
    /// </summary>
    public ImmutableArray<ChangedFormat> Changes { get; init; } = [];

    /// <summary>
    /// True if it cannot be told of more than one picture in a hundred when it is presented: the container does not say so, and it does not
    /// follow from the pictures. They can be decoded, but not copied.
    /// </summary>
    public bool HasUntimedPictures { get; init; }

    /// <summary>From the file's own zero to the end of picture and sound, as far as they can be read; not None.</summary>
    public ClockTime Duration => VideoEnd.IsNone ? AudioEnd : AudioEnd.IsNone ? VideoEnd : ClockTime.Max(VideoEnd, AudioEnd);
}
