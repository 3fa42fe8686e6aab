using NodaTime;
using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Schedules;

/// <summary>One item of a channel's list.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="File">The file's full path; null for a slate, which has none.</param>
/// <param name="Title">What viewers read.</param>
/// <param name="Offset">Where in the file it begins, on the file's own time line from zero.</param>
/// <param name="Duration">How long it airs, to the nanosecond; null while that depends on a file that has not been probed.</param>
public sealed record ScheduleItem(SegmentKind Kind, string? File, string Title, Duration Offset, Duration? Duration)
{
    /// <summary>Which picture and sound of the file air, where it has several.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>The shortest an item may be: 100 ms, a few frames.</summary>
    public static Duration MinDuration => NodaTime.Duration.FromMilliseconds(100);

    /// <summary>The longest an item may be: seven days.</summary>
    public static Duration MaxDuration => NodaTime.Duration.FromDays(7);

    /// <summary>A whole file as a programme.</summary>
    public static ScheduleItem Programme(string file, string title, Duration duration) =>
        new(SegmentKind.Programme, file, title, NodaTime.Duration.Zero, duration);

    /// <summary>A whole file as filler.</summary>
    public static ScheduleItem Filler(string file, string title, Duration duration) =>
        new(SegmentKind.Filler, file, title, NodaTime.Duration.Zero, duration);

    /// <summary>A slate.</summary>
    public static ScheduleItem Slate(string title, Duration duration) =>
        new(SegmentKind.Slate, null, title, NodaTime.Duration.Zero, duration);

    /// <summary>The duration, which by now must be known.</summary>
    /// <param name="channel">The channel's name, for the message.</param>
    /// <exception cref="ScheduleException">It is not known, not positive, or longer than <see cref="MaxDuration"/>.</exception>
    internal Duration KnownDuration(string channel)
    {
        if (Duration is not { } duration)
        {
            throw new ScheduleException($"Channel '{channel}': the duration of '{Title}' is not known; its file must be probed first.");
        }

        return duration > NodaTime.Duration.Zero && duration <= MaxDuration
            ? duration
            : throw new ScheduleException($"Channel '{channel}': '{Title}' lasts {duration}, which is not more than zero and at most seven days.");
    }
}
