using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>Looks, from one thread, whether a step of another one hangs, and has that relieved.</summary>
/// <remarks>
/// For the looking thread. It counts its looks and not the time alone: after a pause of the whole process no step counts as hanging.
/// </remarks>
internal sealed class StepWatch(IClockWaiter waiter)
{
    private const int MostLooks = 3;

    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(20);

    // What hangs seldom hangs alone: files of one disk do so together, and are found one after the other.
    private static readonly ClockTime s_quickInterval = ClockTime.FromMilliseconds(4);
    private static readonly ClockTime s_quickTime = ClockTime.FromSeconds(1);

    private long _turn;
    private int _looks;
    private ClockTime _lookedAt;
    private ClockTime _quickUntil;

    /// <summary>How long a hanging step holds others up at most; what they keep ahead has to last longer.</summary>
    public static ClockTime Patience => ClockTime.FromMilliseconds(80);

    /// <summary>What is looked at; null while there is nothing.</summary>
    public StepThread? Watched { get; set; }

    /// <summary>Looks.</summary>
    public void Look()
    {
        if (Watched is not { } watched || watched.Turn is var turn && turn % 2 == 0)
        {
            return;
        }

        ClockTime now = waiter.SystemClock.Now;
        bool isQuick = now < _quickUntil;
        if (turn != _turn)
        {
            (_turn, _looks, _lookedAt) = (turn, 0, now);
        }
        else if (now - _lookedAt >= (isQuick ? s_quickInterval : s_interval))
        {
            _lookedAt = now;
            if (++_looks >= MostLooks || isQuick)
            {
                _quickUntil = now + s_quickTime;
                watched.Relieve(turn);
            }
        }
    }

    /// <summary>When to look again; null while no step runs or may begin.</summary>
    public ClockTime? NextLook()
    {
        if (Watched is not { IsAwake: true })
        {
            return null;
        }

        ClockTime now = waiter.SystemClock.Now;
        return now + (now < _quickUntil ? s_quickInterval : s_interval);
    }
}
