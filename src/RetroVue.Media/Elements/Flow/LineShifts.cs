using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>
/// By how much the times of streams that belong together are moved, after each place where they went back for good. All streams share it, so
/// that what belongs together stays together.
/// </summary>
/// <remarks>A line is the stretch between two such places, the first is 0. For one thread.</remarks>
internal sealed class LineShifts
{
    /// <summary>How far apart the streams of one recording may end: if they go on nearer to each other than that, it is by one cause.</summary>
    private static readonly ClockTime s_farthest = ClockTime.FromSeconds(10);

    private readonly List<ClockTime> _shifts = [ClockTime.Zero];
    private int _count = 1;

    /// <summary>What is to be added to the times of a line.</summary>
    public ClockTime this[int line] => _shifts[line];

    /// <summary>How many lines there are; any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds the line on which a stream goes on whose times went back.</summary>
    /// <param name="line">The line on which it was.</param>
    /// <param name="time">Its next time, not moved.</param>
    /// <param name="expected">When it would go on without a hole.</param>
    /// <returns>One that another stream has begun already, or a new one.</returns>
    public int Next(int line, ClockTime time, ClockTime expected)
    {
        for (int next = line + 1; next < _shifts.Count; next++)
        {
            ClockTime overlap = expected - (time + _shifts[next]);
            if (overlap.Abs() <= s_farthest)
            {
                // This stream ends later than the one that was first to go on; the other waits for it, rather than that something is lost.
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
