using NodaTime;
using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Schedules;

/// <summary>A stretch of a channel's air time.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Kind">What airs.</param>
/// <param name="Start">Its first instant.</param>
/// <param name="End">The first instant after it.</param>
/// <param name="Title">What viewers read.</param>
/// <param name="File">The file's full path; null for a slate.</param>
/// <param name="Offset">The file's position that airs at <paramref name="Start"/>, on its own time line from zero.</param>
public sealed record PlayoutEntry(SegmentKind Kind, Instant Start, Instant End, string Title, string? File, Duration Offset)
{
    /// <summary>Which picture and sound of the file air, where it has several.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>How long it airs.</summary>
    public Duration Duration => End - Start;

    /// <summary>True if the instant lies in the entry; its end does not.</summary>
    public bool Contains(Instant instant) => instant >= Start && instant < End;
}
