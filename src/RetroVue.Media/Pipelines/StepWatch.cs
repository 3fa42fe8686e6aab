using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>Looks, from one thread, whether steps of another one hang, and has them relieved.</summary>
/// <remarks>
/// For the looking thread. It counts its looks and not the time alone: after a pause of the whole process no step counts as hanging. Nor does
/// one that only waits for a processor: if the machine has too much to do, more threads would only add to it. A task that is found
/// blocked again and again, if each time for a short while, counts as one that hangs: a slow disk holds the others up as well.
/// </remarks>
internal sealed class StepWatch(IClockWaiter waiter)
{
    private const int MostHits = 3;

    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(20);

    /// <summary>Between two looks that find a task blocked and are counted together.</summary>
    private static readonly ClockTime s_memory = ClockTime.FromSeconds(1);

    // What hangs seldom hangs alone: files of one disk do so together, and are found one after the other.
    private static readonly ClockTime s_quickInterval = ClockTime.FromMilliseconds(2);
    private static readonly ClockTime s_quickTime = ClockTime.FromSeconds(1);

    private long _turn;
    private int _hits;
    private long _ran;
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
        ClockTime passed = now - _lookedAt;
        bool isQuick = now < _quickUntil;
        bool isSame = turn == _turn;
        if ((passed < (isQuick ? s_quickInterval : s_interval) && (isSame || !isQuick)) || watched.SteppingAt(turn) is not { } task)
        {
            return;
        }

        ThreadProgress progress = watched.Progress;
        bool isHit = progress.IsBlocked || (isSame && progress.Ran - _ran >= passed.Nanoseconds / 2);
        _hits = (isSame ? _hits : 0) + (isHit ? 1 : 0);
        (_turn, _ran, _lookedAt) = (turn, progress.Ran, now);
        if (_hits >= (isQuick ? 2 : MostHits) || (progress.IsBlocked && CountBlocked(task, now) >= MostHits))
        {
            _quickUntil = now + s_quickTime;
            watched.Relieve(turn);
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

    private static int CountBlocked(ScheduledTask task, ClockTime now)
    {
        task.Blocked = now - task.LastBlocked < s_memory ? task.Blocked + 1 : 1;
        task.LastBlocked = now;
        return task.Blocked;
    }
}
