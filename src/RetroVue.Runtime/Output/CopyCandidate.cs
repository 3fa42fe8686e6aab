using System.Collections.Immutable;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>What is known of a file that is to be aired as it is encoded.</summary>
/// <param name="File">The file.</param>
/// <param name="Video">Its picture; null if there is none.</param>
/// <param name="Audio">Its sound; null if there is none.</param>
/// <param name="KeyFrameInterval">The longest stretch from one key frame to the next, or to the end; zero without a picture.</param>
public sealed record CopyCandidate(string File, EncodedFormat? Video, EncodedFormat? Audio, ClockTime KeyFrameInterval)
{
    /// <summary>Which of the file's streams these are.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>The most bits of its picture and sound together in any second; 0 where nobody has measured.</summary>
    public long PeakBitRate { get; init; }

    /// <summary>Bits per second of its picture and sound together in the long run; 0 where nobody has measured.</summary>
    public long AverageBitRate { get; init; }

    /// <summary>What its picture and sound become in the middle.</summary>
    public ImmutableArray<ChangedFormat> Changes { get; init; } = [];

    /// <summary>True if neither the container nor the pictures say when all of them are presented.</summary>
    public bool HasUntimedPictures { get; init; }

    internal ChannelFormats Formats => new(Video, Audio);

    /// <summary>What a probe found out about a file.</summary>
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
