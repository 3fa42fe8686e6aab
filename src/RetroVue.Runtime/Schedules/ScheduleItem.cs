using NodaTime;
using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Schedules;

/// <summary>One item of a channel's list.</summary>
/// <param name="Kind">Programme, filler or slate.</param>
/// <param name="File">The file's full path; null for a slate.</param>
/// <param name="Title">The title that viewers see.</param>
/// <param name="Offset">The position in the file at which the item begins, on the file's own time line from zero.</param>
/// <param name="Duration">The duration, to the nanosecond; null if it comes from a file that has not been probed yet.</param>
public sealed record ScheduleItem(EntryKind Kind, string? File, string Title, Duration Offset, Duration? Duration)
{
    /// <summary>The choice among the file's streams.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>The shortest duration of an item: 100 ms, a few frames.</summary>
    public static Duration MinDuration => NodaTime.Duration.FromMilliseconds(100);

    /// <summary>The longest duration of an item: seven days.</summary>
    public static Duration MaxDuration => NodaTime.Duration.FromDays(7);

    /// <summary>Makes a programme of a whole file.</summary>
    public static ScheduleItem Programme(string file, string title, Duration duration) =>
        new(EntryKind.Programme, file, title, NodaTime.Duration.Zero, duration);

    /// <summary>Makes filler of a whole file.</summary>
    public static ScheduleItem Filler(string file, string title, Duration duration) =>
        new(EntryKind.Filler, file, title, NodaTime.Duration.Zero, duration);

    /// <summary>Makes a slate.</summary>
    public static ScheduleItem Slate(string title, Duration duration) =>
        new(EntryKind.Slate, null, title, NodaTime.Duration.Zero, duration);

    /// <summary>Returns the duration, which must be known by now.</summary>
    /// <param name="channel">The channel's name, for the message.</param>
    /// <exception cref="ScheduleException">The duration is unknown, not positive, or longer than <see cref="MaxDuration"/>.</exception>
    internal Duration KnownDuration(string channel)
    {
        if (Duration is not { } duration)
        {
            throw new ScheduleException($"Channel '{channel}': the duration of '{Title}' is not known; its file must be probed first.");
        }

        return duration > NodaTime.Duration.Zero && duration <= MaxDuration
            ? duration
            : throw new ScheduleException($"Channel '{channel}': '{Title}' lasts {duration}; a duration must be positive and at most seven days.");
    }
}
