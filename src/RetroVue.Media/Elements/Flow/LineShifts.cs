using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>
/// The shifts of the times of streams that belong together, after each point at which their times went back for good. All streams share the
/// shifts, so that they stay in sync.
/// </summary>
/// <remarks>A line is the part between two such points; the first line is 0. For one thread.</remarks>
internal sealed class LineShifts
{
    /// <summary>
    /// How far apart the streams of one recording may end. If two streams continue nearer to each other than this, they share the cause.
    /// </summary>
    private static readonly ClockTime s_farthest = ClockTime.FromSeconds(10);

    private readonly List<ClockTime> _shifts = [ClockTime.Zero];
    private int _count = 1;

    /// <summary>Returns the shift to add to the times of a line.</summary>
    public ClockTime this[int line] => _shifts[line];

    /// <summary>The number of lines; any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds the line on which a stream continues after its times went back.</summary>
    /// <param name="line">Its line so far.</param>
    /// <param name="time">Its next time, not shifted.</param>
    /// <param name="expected">The time at which it would continue without a hole.</param>
    /// <returns>A line that another stream has begun already, or a new one.</returns>
    public int Next(int line, ClockTime time, ClockTime expected)
    {
        for (int next = line + 1; next < _shifts.Count; next++)
        {
            ClockTime overlap = expected - (time + _shifts[next]);
            if (overlap.Abs() <= s_farthest)
            {
                // This stream ends later than the stream that continued first; the other one waits for it, so that nothing is lost.
                for (int later = next; overlap > ClockTime.Zero && later < _shifts.Count; later++)
                {
                    _shifts[later] += overlap;
                }

                return next;
            }
        }

        _shifts.Add(expected - time);
        Volatile.Write(ref _count, _shifts.Count);
        return _shifts.Count - 1;
    }
}
