using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// The data of a task on a <see cref="StepThread"/>. Only that thread writes it, except the inbox link, and except the thread itself if the
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

    /// <summary>Claims the place in the inbox; false if the task is already there. Any thread.</summary>
    public bool TryEnterInbox() => Interlocked.Exchange(ref _inInbox, 1) == 0;

    /// <summary>Releases the place; then <see cref="NextInbox"/> belongs to the next waking thread.</summary>
    public void LeaveInbox() => Interlocked.Exchange(ref _inInbox, 0);

    /// <summary>The next task in the thread's inbox; set by the waking thread.</summary>
    public ScheduledTask? NextInbox { get; set; }

    public StepState State { get; set; }

    public IClock? Clock { get; set; }

    public ClockTime Deadline { get; set; }

    /// <summary>Distinguishes the heap's entry of the present wait from entries of earlier waits.</summary>
    public int Wait { get; set; }

    /// <summary>The number of times that the <see cref="StepWatch"/> has found it blocked. Only for the watching thread.</summary>
    public int Blocked { get; set; }

    /// <summary>The system time at which it was last found blocked; None if never.</summary>
    public ClockTime LastBlocked { get; set; } = ClockTime.None;

    /// <summary>The task to detach, if this object is not a task but such a request.</summary>
    public ScheduledTask? Carried { get; init; }

    /// <summary>Completed by the thread when it has detached <see cref="Carried"/>.</summary>
    public TaskCompletionSource? Removal { get; init; }
}
