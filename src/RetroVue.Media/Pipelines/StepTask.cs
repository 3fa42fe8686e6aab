using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Work that an executor runs step by step: a source that produces, a queue's reader, a muxer, a timer. A step is one unit of work, and
/// returns when the next step is due.
/// </summary>
/// <remarks>
/// One thread at a time runs the steps of a task, and only while all bounded inputs that its element can reach have room. So pushing never
/// blocks, and one step may exceed a limit by the output of a single unit of work. If one of these inputs is starving, steps run although
/// others are full (<see cref="RoomGate.IsStarving"/>). <see cref="Wake"/> is for any thread; a wake during a step is not lost.
/// </remarks>
public sealed class StepTask
{
    private readonly Func<StepResult> _step;
    private RoomGate[] _gates = [];
    private int _woken;

    /// <summary>Makes a task that no executor runs yet.</summary>
    /// <param name="name">The name, for people, logs and threads.</param>
    /// <param name="step">Does one unit of work. An exception ends the task and is passed to <see cref="Failed"/>.</param>
    /// <param name="placement">The thread on which a threaded executor runs it.</param>
    public StepTask(string name, Func<StepResult> step, StepPlacement placement = StepPlacement.Shared)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(step);
        Name = name;
        _step = step;
        Placement = placement;
    }

    /// <summary>The name, for people, logs and threads.</summary>
    public string Name { get; }

    /// <summary>The thread on which a threaded executor runs the task.</summary>
    public StepPlacement Placement { get; }

    /// <summary>The name of the task's pipeline; null if it has none.</summary>
    public string? Pipeline { get; internal set; }

    /// <summary>Called, on the executor's thread, with the exception that ended the task.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>The executor that runs the task; null if there is none.</summary>
    public Executor? Executor { get; internal set; }

    /// <summary>The executor's data about the task.</summary>
    public object? ExecutorState { get; set; }

    /// <summary>The system time since which a simulated executor has let a step of the task hang; None if no step hangs.</summary>
    public ClockTime HangsSince { get; set; } = ClockTime.None;

    /// <summary>Completes when a step that did not end during the detachment ends at last; null if there was none.</summary>
    public Task? LateEnd { get; set; }

    internal Lock DetachLock { get; } = new();

    /// <summary>Completes when the executor has detached the task; null before the request. Guarded by the lock.</summary>
    internal Task? Detachment { get; set; }

    /// <summary>True if all bounded inputs that the task's element reaches have room, or one of them is starving.</summary>
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
        // The full fence makes the caller's data visible before the flag is read: either the running step sees the caller's data, or the
        // caller sees the cleared flag and wakes the task.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _woken) == 0 && Interlocked.Exchange(ref _woken, 1) == 0)
        {
            Executor?.OnWake(this);
        }
    }

    /// <summary>Runs one step; for executors. Returns <see cref="StepResult.Idle"/> without work if a reachable input is full.</summary>
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
        // A wake that sets the flag after this read causes another step.
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
