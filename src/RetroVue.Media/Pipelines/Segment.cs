using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// The part of a stream's time line that is presented, and its position in running time: running time = PTS − <paramref name="Start"/> +
/// <paramref name="Offset"/>.
/// </summary>
/// <param name="Start">The first time of the part, on the line of the buffers' PTS; earlier media is clipped.</param>
/// <param name="Stop">The end of the part, exclusive, on the same line; None if it is open.</param>
/// <param name="Offset">The running time at which <paramref name="Start"/> is presented.</param>
/// <exception cref="ArgumentException"><paramref name="Start"/> or <paramref name="Offset"/> is None.</exception>
public sealed record Segment(ClockTime Start, ClockTime Stop, ClockTime Offset) : MediaEvent
{
    /// <summary>The first time of the part, on the line of the buffers' PTS; never None.</summary>
    public ClockTime Start { get; init; } = TimeOf(Start, nameof(Start));

    /// <summary>The running time at which <see cref="Start"/> is presented; never None.</summary>
    public ClockTime Offset { get; init; } = TimeOf(Offset, nameof(Offset));

    /// <summary>The segment of a link before the first one is sent: from zero, open, with running time equal to PTS.</summary>
    public static Segment Default { get; } = new(ClockTime.Zero, ClockTime.None, ClockTime.Zero);

    /// <summary>Returns the running time of a PTS; None for None. Not clipped.</summary>
    public ClockTime ToRunningTime(ClockTime pts) => pts - Start + Offset;

    /// <summary>
    /// True if any part of a buffer lies in the segment; a buffer without duration is a point, and a buffer without PTS always does.
    /// </summary>
    public bool Overlaps(ClockTime pts, ClockTime duration)
    {
        if (pts.IsNone)
        {
            return true;
        }

        ClockTime end = pts + duration;
        bool before = end > pts ? end <= Start : pts < Start;
        return !before && !(pts >= Stop);
    }

    private static ClockTime TimeOf(ClockTime time, string name) =>
        time.IsNone ? throw new ArgumentException($"A segment's {name} must be a time, not None.", name) : time;
}
