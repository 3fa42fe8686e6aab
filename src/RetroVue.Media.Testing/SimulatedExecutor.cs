using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Testing;

/// <summary>
/// Runs tasks in simulated time on the thread that calls <see cref="RunUntil"/>: ready tasks run in turn, and time advances to the next
/// deadline only when no task has work left. The same tasks always give the same steps at the same times.
/// </summary>
/// <remarks>
/// Not thread-safe: build, run and stop on one thread. Work that may block (<see cref="InvokeAsync"/>) and continuations of the executor's
/// tasks run inline, so asynchronous code above it is deterministic too, under two conditions: no task is awaited twice at the same time,
/// and no <see cref="SemaphoreSlim"/> is used, because .NET continues such waits on the thread pool. Use <see cref="ExecutorLock"/>
/// instead, and <see cref="Task.WhenAny(Task[])"/> for the second await. If another thread wakes a task during a run, the run throws.
/// </remarks>
public sealed class SimulatedExecutor : Executor
{
    private readonly SimulatedClockWaiter _waiter;
    private readonly Queue<Entry> _ready = new();
    private readonly PriorityQueue<(Entry Entry, int Wait), (long Due, long Order)> _waiting = new();
    private long _order;
    private volatile int _runner;
    private volatile InvalidOperationException? _intrusion;

    /// <summary>Makes an executor whose system time starts at <paramref name="start"/>.</summary>
    public SimulatedExecutor(ClockTime start = default)
        : this(new ControllableClock(start, "simulated-monotonic"))
    {
    }

    /// <summary>Makes an executor with a given simulated system clock.</summary>
    public SimulatedExecutor(ControllableClock clock) => _waiter = new SimulatedClockWaiter(clock);

    /// <inheritdoc/>
    public override IClockWaiter Waiter => _waiter;

    /// <summary>Simulated system time.</summary>
    public ControllableClock Clock => _waiter.Clock;

    /// <summary>The number of steps so far; it is the same in two runs of the same simulation.</summary>
    public long Steps { get; private set; }

    /// <summary>
    /// Makes steps hang, like steps that read from a disk that does not answer. Called before each step of a task; returns the time until
    /// which it hangs. A time in the past, or None, does not hang. Other tasks go on meanwhile, as on threads of their own.
    /// </summary>
    public Func<StepTask, ClockTime>? HangsUntil { get; set; }

    /// <summary>
    /// Makes steps wait for a processor, as on an overloaded machine. Called before each step of a task; returns the time until which it
    /// waits. A time in the past, or None, does not wait.
    /// </summary>
    public Func<StepTask, ClockTime>? BusyUntil { get; set; }

    /// <inheritdoc/>
    public override Task InvokeAsync(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            work();
            return Task.CompletedTask;
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    /// <inheritdoc/>
    public override TaskCompletionSource CreateCompletion() => new();

    /// <summary>Runs until no task has work before <paramref name="systemTime"/>, a time on the line of <see cref="Clock"/>, and leaves that there.</summary>
    /// <exception cref="InvalidOperationException">Another thread has woken a task of the simulation during the run.</exception>
    public void RunUntil(ClockTime systemTime)
    {
        RunInline(() =>
        {
            while (RunNext(systemTime))
            {
            }
        });

        if (Clock.Now < systemTime)
        {
            Clock.AdvanceTo(systemTime);
        }
    }

    /// <summary>Runs for a duration of simulated time.</summary>
    public void RunFor(ClockTime duration) => RunUntil(Clock.Now + duration);

    /// <summary>
    /// Runs until a task, such as a pipeline's run, has completed, and throws the task's exception.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// No work is left before <paramref name="until"/>, a time on the line of <see cref="Clock"/>, and the task has not completed; or
    /// another thread has woken a task of the simulation during the run.
    /// </exception>
    public void RunUntilCompleted(Task task, ClockTime until)
    {
        ArgumentNullException.ThrowIfNull(task);
        RunInline(() =>
        {
            while (!task.IsCompleted)
            {
                if (!RunNext(until))
                {
                    throw new InvalidOperationException($"No work is left before {until}, and the task has not completed (now {Clock.Now}).");
                }
            }
        });

#pragma warning disable VSTHRD002 // The task has completed, so this does not wait.
        task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>
    /// Starts an operation and runs until it has completed. So its first, synchronous part also runs in the simulation's order, even under
    /// a test runner with a synchronization context of its own.
    /// </summary>
    /// <exception cref="InvalidOperationException">The same as for a task that has already begun.</exception>
    public void RunUntilCompleted(Func<Task> begin, ClockTime until)
    {
        ArgumentNullException.ThrowIfNull(begin);
        Task? begun = null;
        RunInline(() => begun = begin());
        RunUntilCompleted(begun!, until);
    }

    /// <inheritdoc/>
    protected override void OnAttach(StepTask task) => task.ExecutorState = new Entry(task);

    /// <inheritdoc/>
    protected override Task OnDetachAsync(StepTask task)
    {
        ((Entry)task.ExecutorState!).State = StepState.Finished;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void OnWake(StepTask task)
    {
        if (_runner != 0 && _runner != Environment.CurrentManagedThreadId)
        {
            // No state of this thread is changed, so that the run can report what has happened.
            var intrusion = new InvalidOperationException(
                $"The task '{task.Name}' of a simulation was woken on another thread while the simulation ran, so its order is no longer deterministic: "
                + $"some code has continued on the thread pool.{Environment.NewLine}{Environment.StackTrace}");
            Interlocked.CompareExchange(ref _intrusion, intrusion, null);
            return;
        }

        var entry = (Entry)task.ExecutorState!;
        entry.IsWoken = true;
        if (entry.State is StepState.Idle or StepState.Waiting)
        {
            entry.State = StepState.Ready;
            _ready.Enqueue(entry);
        }
    }

    /// <summary>
    /// Runs without a synchronization context: with one, as under a test runner, continuations would not run inline but later, on the
    /// thread pool.
    /// </summary>
    private void RunInline(Action action)
    {
        int outer = _runner;
        _runner = Environment.CurrentManagedThreadId;
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            _runner = outer;
        }
    }

    /// <summary>Runs the next step, and advances time if necessary; false if none is due until <paramref name="until"/>.</summary>
    private bool RunNext(ClockTime until)
    {
        if (_intrusion is not null)
        {
            throw _intrusion;
        }

        if (Clock.Now > until)
        {
            // A step has advanced time, as steps of simulated devices may.
            return false;
        }

        if (_ready.TryDequeue(out Entry? entry))
        {
            Step(entry);
            return true;
        }

        while (_waiting.TryPeek(out (Entry Entry, int Wait) next, out (long Due, long Order) priority))
        {
            if (next.Entry.State != StepState.Waiting || next.Entry.Wait != next.Wait)
            {
                _waiting.Dequeue();
                continue;
            }

            if (priority.Due > until.Nanoseconds)
            {
                return false;
            }

            _waiting.Dequeue();
            ClockTime due = ClockTime.FromNanoseconds(priority.Due);
            if (due > Clock.Now)
            {
                Clock.AdvanceTo(due);
            }

            ClockTime mapped = MapToSystem(next.Entry);
            if (mapped > Clock.Now)
            {
                Wait(next.Entry, mapped);
                continue;
            }

            next.Entry.State = StepState.Ready;
            _ready.Enqueue(next.Entry);
            return true;
        }

        return false;
    }

    private void Step(Entry entry)
    {
        if (entry.State != StepState.Ready)
        {
            return;
        }

        if (HangsUntil?.Invoke(entry.Task) is { } end && end > Clock.Now)
        {
            entry.Task.HangsSince = entry.Task.HangsSince.IsNone ? Clock.Now : entry.Task.HangsSince;
            Hold(entry, end);
            return;
        }

        entry.Task.HangsSince = ClockTime.None;
        if (BusyUntil?.Invoke(entry.Task) is { } free && free > Clock.Now)
        {
            Hold(entry, free);
            return;
        }

        entry.IsWoken = false;
        Steps++;
        ClockTime before = Clock.Now;
        StepResult result = entry.Task.Step();
        if (entry.State == StepState.Finished)
        {
            return;
        }

        // A wake during the step counts like a wake after it.
        bool again = result.State == StepState.Ready || (entry.IsWoken && result.State != StepState.Finished);
        if (again && Clock.Now > before)
        {
            // The step has blocked, as a simulated camera does until its next picture: tasks that became due meanwhile come first.
            (again, result) = (false, StepResult.At(Clock, Clock.Now));
        }

        entry.State = again ? StepState.Ready : result.State;
        if (again)
        {
            _ready.Enqueue(entry);
        }
        else if (entry.State == StepState.Waiting)
        {
            (entry.Clock, entry.Deadline) = (result.Clock, result.Deadline);
            Wait(entry, MapToSystem(entry));
        }
    }

    private void Hold(Entry entry, ClockTime until)
    {
        (entry.State, entry.Clock, entry.Deadline) = (StepState.Waiting, Clock, until);
        Wait(entry, until);
    }

    private void Wait(Entry entry, ClockTime until)
    {
        entry.Wait++;
        _waiting.Enqueue((entry, entry.Wait), (until.Nanoseconds, _order++));
    }

    private ClockTime MapToSystem(Entry entry)
    {
        if (ReferenceEquals(entry.Clock, Clock))
        {
            return entry.Deadline;
        }

        ClockReading reading = entry.Clock!.Read();
        return reading.SystemTime + ClockTime.Min(entry.Deadline - reading.Time, ClockWait.RemapInterval);
    }

    private sealed class Entry(StepTask task)
    {
        public StepTask Task { get; } = task;

        public StepState State { get; set; }

        public IClock? Clock { get; set; }

        public ClockTime Deadline { get; set; }

        public int Wait { get; set; }

        public bool IsWoken { get; set; }
    }
}
