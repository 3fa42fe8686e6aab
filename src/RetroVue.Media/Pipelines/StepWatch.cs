using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>Watches another thread for steps that hang, and replaces that thread.</summary>
/// <remarks>
/// Only for the watching thread. It counts its looks, not only the time: after a pause of the whole process no step counts as hanging. A
/// step that only waits for a processor does not hang either: on an overloaded machine more threads would only add load. A task that is
/// found blocked again and again, even if only for a short time each, counts as hanging, because a slow disk delays the others as well.
/// </remarks>
internal sealed class StepWatch(IClockWaiter waiter)
{
    private const int MostHits = 3;

    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(20);

    /// <summary>The longest time between two looks that find a task blocked and are counted together.</summary>
    private static readonly ClockTime s_memory = ClockTime.FromSeconds(1);

    // Steps seldom hang alone: files of one disk hang together, and are found one after the other.
    private static readonly ClockTime s_quickInterval = ClockTime.FromMilliseconds(2);
    private static readonly ClockTime s_quickTime = ClockTime.FromSeconds(1);

    private long _turn;
    private int _hits;
    private long _ran;
    private ClockTime _lookedAt;
    private ClockTime _quickUntil;

    /// <summary>The longest delay that a hanging step causes for others; their read-ahead has to be longer.</summary>
    public static ClockTime LongestDelay => ClockTime.FromMilliseconds(80);

    /// <summary>The watched thread; null if there is none.</summary>
    public StepThread? Watched { get; set; }

    /// <summary>Looks at the watched thread.</summary>
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

    /// <summary>Returns the time of the next look; null if no step runs or can begin.</summary>
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
