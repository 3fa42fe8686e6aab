using System.Collections.Immutable;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Catalogue;

/// <summary>The properties of a media file that a station needs before the file airs, as a probe found them.</summary>
/// <remarks>Immutable and thread-safe; equal by value.</remarks>
/// <param name="Duration">From the file's own zero to the end of its picture and sound; positive.</param>
/// <param name="Video">Its picture; null if there is none.</param>
/// <param name="Audio">Its sound; null if there is none.</param>
/// <param name="KeyFrameInterval">The longest time from one key frame to the next, or to the end; zero without a picture.</param>
public sealed record MediaFacts(ClockTime Duration, EncodedFormat? Video, EncodedFormat? Audio, ClockTime KeyFrameInterval)
{
    /// <summary>The highest number of bits in any second, of picture and sound together; 0 if it was not measured.</summary>
    public long PeakBitRate { get; init; }

    /// <summary>The average bits per second of picture and sound together; 0 if it was not measured.</summary>
    public long AverageBitRate { get; init; }

    /// <summary>Changes of format in the middle of the file.</summary>
    public ImmutableArray<ChangedFormat> Changes { get; init; } = [];

    /// <summary>True if neither the container nor the pictures contain the presentation times of all pictures.</summary>
    public bool HasUntimedPictures { get; init; }

    /// <summary>Returns the facts of a probed file. Data whose layout depends on this process's FFmpeg is left out.</summary>
    public static MediaFacts Of(ProbedMedia media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return new MediaFacts(
            media.Duration,
            Lasting(media.Info.Video?.Format),
            Lasting(media.Info.Audio?.Format),
            media.LongestKeyFrameInterval.IsNone ? ClockTime.Zero : media.LongestKeyFrameInterval)
        {
            PeakBitRate = media.PeakBitRate,
            AverageBitRate = media.AverageBitRate,
            Changes = [.. media.Changes.Select(change => change with { Format = Lasting(change.Format)! })],
            HasUntimedPictures = media.HasUntimedPictures,
        };
    }

    /// <summary>
    /// Reads what <see cref="ToJson"/> wrote; null if the text is something else, or was written by a version with other properties.
    /// </summary>
    public static MediaFacts? FromJson(string? json) => CatalogueJson.ReadFacts(json);

    /// <summary>Returns the facts as one JSON document, for a store.</summary>
    public string ToJson() => CatalogueJson.Write(this);

    /// <summary>Returns the file as a candidate for a copied channel.</summary>
    public CopyCandidate ToCandidate(MediaFileKey key) => new(key.Path, Video, Audio, KeyFrameInterval)
    {
        Streams = key.Streams,
        PeakBitRate = PeakBitRate,
        AverageBitRate = AverageBitRate,
        Changes = Changes,
        HasUntimedPictures = HasUntimedPictures,
    };

    /// <summary>Compares all properties, changes of format one by one.</summary>
    public bool Equals(MediaFacts? other) =>
        other is not null && Duration == other.Duration && Equals(Video, other.Video) && Equals(Audio, other.Audio)
        && KeyFrameInterval == other.KeyFrameInterval && PeakBitRate == other.PeakBitRate && AverageBitRate == other.AverageBitRate
        && HasUntimedPictures == other.HasUntimedPictures && Changes.SequenceEqual(other.Changes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Duration, Video, Audio, KeyFrameInterval, PeakBitRate);

    /// <summary>Returns a format without the data that is valid only in this process.</summary>
    internal static EncodedFormat? Lasting(EncodedFormat? format) => format is { SideData.IsEmpty: false } ? format with { SideData = [] } : format;
}
