using System.Collections.Immutable;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>The properties of a file that may air as it is encoded.</summary>
/// <param name="File">The file.</param>
/// <param name="Video">Its picture; null if there is none.</param>
/// <param name="Audio">Its sound; null if there is none.</param>
/// <param name="KeyFrameInterval">The longest time from one key frame to the next, or to the end; zero without a picture.</param>
public sealed record CopyCandidate(string File, EncodedFormat? Video, EncodedFormat? Audio, ClockTime KeyFrameInterval)
{
    /// <summary>The choice among the file's streams.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>The highest number of bits in any second, of picture and sound together; 0 if it was not measured.</summary>
    public long PeakBitRate { get; init; }

    /// <summary>The average bits per second of picture and sound together; 0 if it was not measured.</summary>
    public long AverageBitRate { get; init; }

    /// <summary>Changes of format in the middle of the file.</summary>
    public ImmutableArray<ChangedFormat> Changes { get; init; } = [];

    /// <summary>True if neither the container nor the pictures contain the presentation times of all pictures.</summary>
    public bool HasUntimedPictures { get; init; }

    internal ChannelFormats Formats => new(Video, Audio);

    /// <summary>Makes a candidate from the result of a probe.</summary>
    public static CopyCandidate Of(string file, ProbedMedia media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return new CopyCandidate(
            file,
            media.Info.Video?.Format,
            media.Info.Audio?.Format,
            media.LongestKeyFrameInterval.IsNone ? ClockTime.Zero : media.LongestKeyFrameInterval)
        {
            HasUntimedPictures = media.HasUntimedPictures,
            PeakBitRate = media.PeakBitRate,
            Changes = media.Changes,
            AverageBitRate = media.AverageBitRate,
        };
    }
}
