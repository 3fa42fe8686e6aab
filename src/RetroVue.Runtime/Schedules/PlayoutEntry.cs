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
    private readonly Guid _id;

    /// <summary>
    /// Tells the entry from every other of all channels, for ever: the same start of the same item has the same id in each plan and after each
    /// restart. What is left of an entry that is cut keeps it.
    /// </summary>
    /// <remarks>Worked out each time it is asked for: a plan has thousands of entries whose ids nobody asks for.</remarks>
    public Guid Id
    {
        get => _id != Guid.Empty ? _id : Origin?.ToId() ?? Guid.Empty;
        init => _id = value;
    }

    /// <summary>What the id follows from if none is given; null if it is not an entry of a channel's list.</summary>
    internal EntryOrigin? Origin { get; init; }

    /// <summary>The version of the schedule that says so (<see cref="IScheduleService.GetGeneration"/>).</summary>
    public long Generation { get; init; }

    /// <summary>Which picture and sound of the file air, where it has several.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>How long it airs.</summary>
    public Duration Duration => End - Start;

    /// <summary>
    /// True if an entry airs the same as this one for as long as both last: the same pictures and sound of the same file at the same time.
    /// </summary>
    public bool IsSameAs(PlayoutEntry other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Kind == other.Kind && string.Equals(File, other.File, StringComparison.Ordinal) && Streams == other.Streams
            && (File is null || Start - Offset == other.Start - other.Offset) && Id == other.Id;
    }

    /// <summary>What of the entry airs from an instant on, which is in it or before it.</summary>
    public PlayoutEntry From(Instant start) => start <= Start ? this : this with { Start = start, Offset = Offset + (start - Start) };

    /// <summary>The entry with another end.</summary>
    public PlayoutEntry Until(Instant end) => end == End ? this : this with { End = end };

    /// <summary>True if the instant lies in the entry; its end does not.</summary>
    public bool Contains(Instant instant) => instant >= Start && instant < End;
}
