using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The description of a media file, from its container and first packets. Immutable.</summary>
/// <param name="Path">The file.</param>
/// <param name="Container">FFmpeg's name for the container, such as "matroska,webm".</param>
/// <param name="StartTime">
/// The file's own zero: the earliest presentation time of its picture and sound, on the line of their PTS; zero if they have no times.
/// </param>
/// <param name="Duration">From <paramref name="StartTime"/> to the end of picture and sound, by the container; None if it does not
/// say.</param>
/// <param name="Streams">All streams, in the order of the file.</param>
public sealed record MediaInfo(string Path, string Container, ClockTime StartTime, ClockTime Duration, IReadOnlyList<StreamInfo> Streams)
{
    /// <summary>The picture, by the choice and the rules of <see cref="StreamChoice"/>; null if there is none.</summary>
    public StreamInfo? Video { get; init; }

    /// <summary>The sound, by the choice and the rules of <see cref="StreamChoice"/>; null if there is none.</summary>
    public StreamInfo? Audio { get; init; }
}
