using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Watches whether the times of one stream go on: what strays from the others is left out, and if nothing else comes any more the
/// item cannot be aired further.
/// </summary>
/// <remarks>Damaged stamps come singly; a recording whose clock was set, or two that were put together, stray from there on.</remarks>
internal sealed class LineOfTimes(string stream)
{
    /// <summary>In a row, after which it is no accident: ten seconds of pictures, five of sound, read as fast as can be.</summary>
    private const int MostStrays = 250;

    /// <summary>What times may go back by: streams that are put in order a little late.</summary>
    private static readonly ClockTime s_mostBack = ClockTime.FromSeconds(1);

    /// <summary>What a time may follow on the one before it by without doubt.</summary>
    private static readonly ClockTime s_usualStep = ClockTime.FromSeconds(2);

    /// <summary>What times may go forward by at once: a still picture is shown for a minute and more.</summary>
    private static readonly ClockTime s_mostForward = ClockTime.FromSeconds(120);

    private ClockTime _last = ClockTime.None;
    private int _strays;

    /// <summary>What is wrong with the stream, once it is certain; null before.</summary>
    public string? Problem { get; private set; }

    /// <summary>True if a time may be a wrong one, which the next shows (<see cref="GoesOn"/>): alone it would hold up all that follow.</summary>
    /// <param name="time">The time of what comes next.</param>
    /// <param name="reached">Up to when the stream is known; None before the first.</param>
    public static bool IsDoubtful(ClockTime time, ClockTime reached) => !reached.IsNone && time > reached + s_usualStep;

    /// <summary>True if a time is not of before another, but for streams that are put in order a little late: so it confirms a doubtful one.</summary>
    public static bool GoesOn(ClockTime time, ClockTime from) => !(time < from - s_mostBack);

    /// <summary>True if a time goes on from those before it.</summary>
    /// <param name="time">The time of what comes next.</param>
    /// <param name="newest">The latest of all streams of the item; None before the first.</param>
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
            Problem = $"The times of its {stream} go {(off < ClockTime.Zero ? "back" : "forward")} by {off.Abs()} and stay there. "
                + "Put the file into a container anew, with times of one clock.";
        }

        return false;
    }
}
