using NodaTime;
using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Schedules;

/// <summary>An item with its start and end in station time.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Kind">Programme, filler or slate.</param>
/// <param name="Start">Its first instant.</param>
/// <param name="End">The first instant after it.</param>
/// <param name="Title">The title that viewers see.</param>
/// <param name="File">The file's full path; null for a slate.</param>
/// <param name="Offset">The position in the file that airs at <paramref name="Start"/>, on the file's own time line from zero.</param>
public sealed record PlayoutEntry(EntryKind Kind, Instant Start, Instant End, string Title, string? File, Duration Offset)
{
    private readonly Guid _id;

    /// <summary>
    /// The entry's unique, permanent id among all channels: the same item at the same start has the same id in each plan and after each
    /// restart. The rest of a cut entry keeps the id.
    /// </summary>
    /// <remarks>Computed on each call: a plan has thousands of entries, and few ids are needed.</remarks>
    public Guid Id
    {
        get => _id != Guid.Empty ? _id : Origin?.ToId() ?? Guid.Empty;
        init => _id = value;
    }

    /// <summary>The origin from which the id is made if none is given; null if the entry is not from a channel's list.</summary>
    internal EntryOrigin? Origin { get; init; }

    /// <summary>The version of the schedule that contains the entry (<see cref="IScheduleService.GetGeneration"/>).</summary>
    public long Generation { get; init; }

    /// <summary>The choice among the file's streams.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>The duration of the entry.</summary>
    public Duration Duration => End - Start;

    /// <summary>
    /// True if another entry airs the same pictures and sound of the same file at the same time as this one, while both last.
    /// </summary>
    public bool IsSameAs(PlayoutEntry other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Kind == other.Kind && string.Equals(File, other.File, StringComparison.Ordinal) && Streams == other.Streams
            && (File is null || Start - Offset == other.Start - other.Offset) && Id == other.Id;
    }

    /// <summary>Returns the rest of the entry from an instant on; the whole entry if the instant is before it.</summary>
    public PlayoutEntry From(Instant start) => start <= Start ? this : this with { Start = start, Offset = Offset + (start - Start) };

    /// <summary>Returns the entry with another end.</summary>
    public PlayoutEntry Until(Instant end) => end == End ? this : this with { End = end };

    /// <summary>True if the instant is in the entry; the end is not part of it.</summary>
    public bool Contains(Instant instant) => instant >= Start && instant < End;
}
