using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// What a <see cref="StepThread"/> keeps about a task. Only the thread writes it, but for the inbox link, and the thread itself where the
/// task's step hangs.
/// </summary>
internal sealed class ScheduledTask(StepThread thread, StepTask task)
{
    private int _inInbox;
    private StepThread _thread = thread;

    public StepThread Thread
    {
        get => Volatile.Read(ref _thread);
        set => Volatile.Write(ref _thread, value);
    }

    public StepTask Task { get; } = task;

    /// <summary>Claims the place in the inbox; false if the task stands there already. Any thread.</summary>
    public bool TryEnterInbox() => Interlocked.Exchange(ref _inInbox, 1) == 0;

    /// <summary>Gives the place up, after which <see cref="NextInbox"/> is the next waker's.</summary>
    public void LeaveInbox() => Interlocked.Exchange(ref _inInbox, 0);

    /// <summary>The next task in the thread's inbox; set by the waking thread.</summary>
    public ScheduledTask? NextInbox { get; set; }

    public StepState State { get; set; }

    public IClock? Clock { get; set; }

    public ClockTime Deadline { get; set; }

    /// <summary>Tells the heap's entry of the present wait from entries of earlier ones.</summary>
    public int Wait { get; set; }

    /// <summary>How often the <see cref="StepWatch"/> has found it blocked. For the looking thread.</summary>
    public int Blocked { get; set; }

    /// <summary>When that was last; system time, None if never.</summary>
    public ClockTime LastBlocked { get; set; } = ClockTime.None;

    /// <summary>The task that is to be let go, where this is not a task but such a request.</summary>
    public ScheduledTask? Carried { get; init; }

    /// <summary>Completed by the thread when it has let <see cref="Carried"/> go.</summary>
    public TaskCompletionSource? Removal { get; init; }
}
