using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Checks that the times of one stream advance. Buffers with stray times are dropped. If only stray times come from then on, the item
/// cannot air further.
/// </summary>
/// <remarks>
/// Damaged time stamps are single. In a recording whose clock was set, or that was joined from two, all times after that point are wrong.
/// </remarks>
internal sealed class LineOfTimes(string stream)
{
    /// <summary>
    /// The number of stray times in a row that is no accident: ten seconds of pictures or five of sound, which are read as fast as
    /// possible.
    /// </summary>
    private const int MostStrays = 250;

    /// <summary>How far times may go back: some streams are reordered a little late.</summary>
    private static readonly ClockTime s_mostBack = ClockTime.FromSeconds(1);

    /// <summary>The longest step from one time to the next that raises no doubt.</summary>
    private static readonly ClockTime s_usualStep = ClockTime.FromSeconds(2);

    /// <summary>The longest step forward that is accepted: a fixed picture may be shown for a minute or more.</summary>
    private static readonly ClockTime s_mostForward = ClockTime.FromSeconds(120);

    private ClockTime _last = ClockTime.None;
    private int _strays;

    /// <summary>A description of the stream's fault, once it is certain; null before.</summary>
    public string? Problem { get; private set; }

    /// <summary>
    /// True if a time may be wrong. The next time decides it (<see cref="GoesOn"/>); a wrong time would delay all that follow.
    /// </summary>
    /// <param name="time">The time of the next buffer.</param>
    /// <param name="reached">The time up to which the stream is known; None before the first.</param>
    public static bool IsDoubtful(ClockTime time, ClockTime reached) => !reached.IsNone && time > reached + s_usualStep;

    /// <summary>
    /// True if a time is not before another, except by a little, as in streams that are reordered late; it then confirms a doubtful time.
    /// </summary>
    public static bool GoesOn(ClockTime time, ClockTime from) => !(time < from - s_mostBack);

    /// <summary>True if a time continues those before it.</summary>
    /// <param name="time">The time of the next buffer.</param>
    /// <param name="newest">The latest time of all streams of the item; None before the first.</param>
    public bool Follows(ClockTime time, ClockTime newest)
    {
        if (GoesOn(time, _last) && !(time > newest + s_mostForward))
        {
            _last = _last.IsNone || time > _last ? time : _last;
            _strays = 0;
            return true;
        }

        if (++_strays == MostStrays)
        {
            ClockTime off = time - (time < _last ? _last : newest);
            Problem = $"The times of its {stream} jump {(off < ClockTime.Zero ? "back" : "forward")} by {off.Abs()} and stay there. "
                + "Remux the file with continuous times.";
        }

        return false;
    }
}
