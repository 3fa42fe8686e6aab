using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// The stretch of a stream's time line that is to be presented, and where it lies in running time:
/// running time = PTS − <paramref name="Start"/> + <paramref name="Offset"/>.
/// </summary>
/// <param name="Start">The first time of the stretch, on the line of the buffers' PTS; what lies before it is clipped.</param>
/// <param name="Stop">The end of the stretch, exclusive; None if it is open.</param>
/// <param name="Offset">The running time at which <paramref name="Start"/> is presented.</param>
/// <exception cref="ArgumentException"><paramref name="Start"/> or <paramref name="Offset"/> is None.</exception>
public sealed record Segment(ClockTime Start, ClockTime Stop, ClockTime Offset) : MediaEvent
{
    /// <summary>The first time of the stretch, on the line of the buffers' PTS; never None.</summary>
    public ClockTime Start { get; init; } = TimeOf(Start, nameof(Start));

    /// <summary>The running time at which <see cref="Start"/> is presented; never None.</summary>
    public ClockTime Offset { get; init; } = TimeOf(Offset, nameof(Offset));

    /// <summary>From zero, open, with running time equal to PTS: what holds on a link before any segment was sent.</summary>
    public static Segment Default { get; } = new(ClockTime.Zero, ClockTime.None, ClockTime.Zero);

    /// <summary>The running time of a PTS; None for None. Not clipped.</summary>
    public ClockTime ToRunningTime(ClockTime pts) => pts - Start + Offset;

    /// <summary>True if any part of a buffer lies in the stretch; a buffer of unknown duration is a point, one without PTS always does.</summary>
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
        time.IsNone ? throw new ArgumentException($"A segment's {name} is a time, not None.", name) : time;
}
