using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Work that an executor runs step by step: a source that produces, a queue's reader, a muxer, a timer. One step is one unit of work
/// and ends by saying when the next is due.
/// </summary>
/// <remarks>
/// A task is stepped by one thread at a time, and only while every bounded input that its element can reach has room; so pushing never
/// blocks, and one step may overshoot a bound by what a single unit of work yields. If one of them is starving it is stepped although
/// others are full (<see cref="RoomGate.IsStarving"/>). <see cref="Wake"/> is for any thread; a wake that comes during a step is not
/// lost.
/// </remarks>
public sealed class StepTask
{
    private readonly Func<StepResult> _step;
    private RoomGate[] _gates = [];
    private int _woken;

    /// <summary>A task, not yet known to an executor.</summary>
    /// <param name="name">For people, logs and thread names.</param>
    /// <param name="step">One unit of work. An exception ends the task and goes to <see cref="Failed"/>.</param>
    /// <param name="placement">Where a threaded executor runs it.</param>
    public StepTask(string name, Func<StepResult> step, StepPlacement placement = StepPlacement.Shared)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(step);
        Name = name;
        _step = step;
        Placement = placement;
    }

    /// <summary>For people, logs and thread names.</summary>
    public string Name { get; }

    /// <summary>Where a threaded executor runs the task.</summary>
    public StepPlacement Placement { get; }

    /// <summary>The name of the pipeline that the task belongs to; null if it belongs to none.</summary>
    public string? Pipeline { get; internal set; }

    /// <summary>Called, on the executor's thread, with the exception that ended the task.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>The executor that runs the task; null while none does.</summary>
    public Executor? Executor { get; internal set; }

    /// <summary>What an executor keeps with the task.</summary>
    public object? ExecutorState { get; set; }

    /// <summary>Since when an executor in simulated time has let a step of the task hang; by its system clock. None if it does not.</summary>
    public ClockTime HangsSince { get; set; } = ClockTime.None;

    /// <summary>Completes when a step has ended at last that did not when the task was let go; null unless there was such a one.</summary>
    public Task? LateEnd { get; set; }

    internal Lock DetachLock { get; } = new();

    /// <summary>Completes when the executor has let the task go; null until it is asked to. Guarded by the lock.</summary>
    internal Task? Detachment { get; set; }

    /// <summary>True while every bounded input that the task's element reaches has room, or where one of them is starving.</summary>
    public bool HasRoom
    {
        get
        {
            bool allOpen = true;
            foreach (RoomGate gate in _gates)
            {
                if (gate.IsStarving)
                {
                    return true;
                }

                allOpen &= gate.IsOpen;
            }

            return allOpen;
        }
    }

    /// <summary>Makes an idle or waiting task ready; any thread.</summary>
    public void Wake()
    {
        // The full fence orders what the caller has published before the look at the flag: either the running step sees the
        // caller's data, or the caller sees the flag cleared and wakes.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _woken) == 0 && Interlocked.Exchange(ref _woken, 1) == 0)
        {
            Executor?.OnWake(this);
        }
    }

    /// <summary>Runs one step; for executors. Returns <see cref="StepResult.Idle"/> without working while a reachable input is full.</summary>
    public StepResult Step()
    {
        ClearWake();
        if (!HasRoom)
        {
            return StepResult.Idle;
        }

        try
        {
            return _step();
        }
        catch (Exception exception)
        {
            if (Failed is not { } failed)
            {
                throw;
            }

            failed(exception);
            return StepResult.Finished;
        }
    }

    internal void ClearWake()
    {
        // A wake that sets the flag after this look brings the task another step.
        if (Volatile.Read(ref _woken) != 0)
        {
            Interlocked.Exchange(ref _woken, 0);
        }
    }

    internal void UseGates(RoomGate[] gates)
    {
        _gates = gates;
        foreach (RoomGate gate in gates)
        {
            gate.AddFeeder(this);
        }
    }
}
