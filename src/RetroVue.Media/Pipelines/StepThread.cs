using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// A thread that runs the steps of its tasks: ready tasks in turn, waiting tasks at their deadlines. It sleeps if no step is due.
/// </summary>
/// <remarks>
/// Deadlines on any clock are mapped to the system clock when they are set, and again when the mapped time comes and in each
/// <see cref="ClockWait.RemapInterval"/>, so changes of a clock's rate are followed. Waking a task is lock-free: an intrusive
/// stack that the thread takes as a whole. If a <see cref="StepWatch"/> watches the thread, a step that hangs keeps its operating system
/// thread, and all other tasks continue on another one.
/// </remarks>
internal sealed class StepThread
{
    private readonly IClockWaiter _waiter;
    private readonly ClockWait _wait;
    private readonly Queue<ScheduledTask> _ready = new();
    private readonly PriorityQueue<(ScheduledTask Task, int Wait), long> _waiting = new();
    private readonly List<ScheduledTask> _due = [];
    private ScheduledTask? _inbox;
    private ScheduledTask? _stepping;

    // Odd while a step runs. The thread that makes it even continues the other tasks: this one when the step ends, or its replacement.
    private long _turn;
    private long _parkedUntil;
    private volatile int _systemThread;
    private volatile bool _parked;
    private volatile bool _isAwake = true;
    private volatile bool _ending;

    private StepThread(IClockWaiter waiter, string name, StepWatch? watch)
    {
        _waiter = waiter;
        _wait = waiter.CreateWait();
        Name = name;
        Watch = watch;
    }

    public string Name { get; }

    /// <summary>The watch that this thread runs between its own steps.</summary>
    public StepWatch? Watch { get; }

    /// <summary>The thread that watches this one; null if its steps never hang.</summary>
    public StepThread? Watcher { get; private init; }

    /// <summary>The number of the present step: odd, and different for each step; even if none runs. Any thread.</summary>
    public long Turn => Volatile.Read(ref _turn);

    /// <summary>The progress of the operating system thread that runs the steps. Any thread.</summary>
    public ThreadProgress Progress => ThreadProgress.Read(_systemThread);

    /// <summary>True while a step runs or may begin at any time. Any thread.</summary>
    public bool IsAwake => _isAwake;

    /// <summary>Starts a thread, which can watch others.</summary>
    public static StepThread Start(IClockWaiter waiter, string name, StepWatch? watch = null)
    {
        var thread = new StepThread(waiter, name, watch);
        thread.Launch();
        return thread;
    }

    /// <summary>Starts a thread whose steps may hang, and another one that watches it.</summary>
    public static StepThread StartWatched(IClockWaiter waiter, string name, StepThread watcher)
    {
        var thread = new StepThread(waiter, name, null) { Watcher = watcher };
        watcher.Watch!.Watched = thread;
        thread.Launch();
        return thread;
    }

    /// <summary>Returns the task whose step has this number; null if that step has ended. Any thread.</summary>
    public ScheduledTask? SteppingAt(long turn)
    {
        ScheduledTask? task = Volatile.Read(ref _stepping);
        return turn == Turn ? task : null;
    }

    public ScheduledTask Register(StepTask task) => new(this, task);

    public Task RemoveAsync(ScheduledTask task)
    {
        var removal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The task may be in the inbox already and must not be there twice: a separate carrier object contains the request.
        Post(new ScheduledTask(this, task.Task) { Removal = removal, State = StepState.Finished, Carried = task });
        return removal.Task;
    }

    /// <summary>Makes a task ready; called once per wake of the task.</summary>
    public void Wake(ScheduledTask task)
    {
        if (task.TryEnterInbox())
        {
            Post(task);
        }
    }

    /// <summary>Ends the thread after the present step.</summary>
    public void End()
    {
        _ending = true;
        _wait.Unschedule();
    }

    /// <summary>
    /// If the step with this number still runs: leaves the step on its operating system thread, which from now on only runs that task, and
    /// starts a new one for all other tasks. Only for the watching thread.
    /// </summary>
    public void Relieve(long turn)
    {
        if (Interlocked.CompareExchange(ref _turn, turn + 1, turn) != turn)
        {
            return;
        }

        ScheduledTask hanging = _stepping!;
        _stepping = null;
        hanging.Thread = new StepThread(_waiter, $"{Name}-{hanging.Task.Name}", null);
        Launch();
    }

    private void Launch() => WorkThreads.Start(Name, Work);

    /// <summary>
    /// The work of an operating system thread: the steps of this thread, or, after one hung, only the steps of that task.
    /// </summary>
    private void Work()
    {
        StepThread? work = this;
        while (work is not null)
        {
            work._systemThread = Libc.gettid();
            work = work.Run();
        }
    }

    private void Post(ScheduledTask task)
    {
        ScheduledTask? head = Volatile.Read(ref _inbox);
        while (true)
        {
            task.NextInbox = head;
            ScheduledTask? seen = Interlocked.CompareExchange(ref _inbox, task, head);
            if (ReferenceEquals(seen, head))
            {
                break;
            }

            head = seen;
        }

        if (_parked)
        {
            _wait.Unschedule();
        }
    }

    /// <summary>
    /// Runs steps. Returns null at the end, or, if the operating system thread was replaced, the object that it has to run now.
    /// </summary>
    private StepThread? Run()
    {
        Watcher?.LookSoon();
        while (!_ending)
        {
            TakeInbox();
            TakeDue();
            Watch?.Look();
            if (!_ready.TryDequeue(out ScheduledTask? task))
            {
                Park();
            }
            else if (task.State == StepState.Ready && !TryStep(task))
            {
                return task.Thread;
            }
        }

        _isAwake = false;
        _wait.Dispose();
        return null;
    }

    /// <summary>Runs a step; false if it took so long that another thread has continued the other tasks.</summary>
    private bool TryStep(ScheduledTask task)
    {
        if (Watcher is null)
        {
            Follow(task, task.Task.Step());
            return true;
        }

        long turn = _turn + 1;
        _stepping = task;
        Volatile.Write(ref _turn, turn);
        StepResult result = task.Task.Step();
        if (Interlocked.CompareExchange(ref _turn, turn + 1, turn) == turn)
        {
            _stepping = null;
            Follow(task, result);
            return true;
        }

        var wait = default(SpinWait);
        while (ReferenceEquals(task.Thread, this))
        {
            wait.SpinOnce();
        }

        task.Thread.Follow(task, result);
        return false;
    }

    private void Follow(ScheduledTask task, StepResult result)
    {
        task.State = result.State;
        switch (result.State)
        {
            case StepState.Ready:
                _ready.Enqueue(task);
                break;
            case StepState.Waiting:
                task.Clock = result.Clock;
                task.Deadline = result.Deadline;
                task.Wait++;
                _waiting.Enqueue((task, task.Wait), MapToSystem(task).Nanoseconds);
                break;
        }
    }

    private void TakeInbox()
    {
        if (Volatile.Read(ref _inbox) is null)
        {
            return;
        }

        // The stack has the newest first, but tasks are to run in the order in which they were woken.
        ScheduledTask? newest = Interlocked.Exchange(ref _inbox, null);
        ScheduledTask? oldest = null;
        while (newest is not null)
        {
            (newest.NextInbox, oldest, newest) = (oldest, newest, newest.NextInbox);
        }

        while (oldest is not null)
        {
            ScheduledTask task = oldest;
            oldest = task.NextInbox;
            task.NextInbox = null;
            task.LeaveInbox();
            Receive(task);
        }
    }

    private void Receive(ScheduledTask task)
    {
        StepThread thread = (task.Carried ?? task).Thread;
        if (!ReferenceEquals(thread, this))
        {
            // It hung, and has had a thread of its own since.
            thread.Readdress(task);
        }
        else if (task.Carried is { } removed)
        {
            removed.State = StepState.Finished;
            task.Removal!.SetResult();
        }
        else if (task.State is StepState.Idle or StepState.Waiting)
        {
            task.State = StepState.Ready;
            _ready.Enqueue(task);
        }
    }

    private void TakeDue()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        long now = _waiter.SystemClock.Now.Nanoseconds;
        while (_waiting.TryPeek(out (ScheduledTask Task, int Wait) entry, out long due) && due <= now)
        {
            _waiting.Dequeue();
            if (entry.Task.State == StepState.Waiting && entry.Task.Wait == entry.Wait)
            {
                _due.Add(entry.Task);
            }
        }

        foreach (ScheduledTask task in _due)
        {
            ClockTime mapped = MapToSystem(task);
            if (mapped.Nanoseconds <= now)
            {
                task.State = StepState.Ready;
                _ready.Enqueue(task);
            }
            else
            {
                _waiting.Enqueue((task, task.Wait), mapped.Nanoseconds);
            }
        }

        _due.Clear();
    }

    private void Readdress(ScheduledTask task)
    {
        if (task.Carried is not null)
        {
            Post(task);
        }
        else
        {
            Wake(task);
        }
    }

    private void Park()
    {
        ClockTime until = _waiting.TryPeek(out _, out long due) ? ClockTime.FromNanoseconds(due) : ClockTime.MaxValue;
        Volatile.Write(ref _parkedUntil, until.Nanoseconds);
        _isAwake = false;
        _parked = true;
        Interlocked.MemoryBarrier();
        if (Watch?.NextLook() is { } look && look < until)
        {
            until = look;
            Volatile.Write(ref _parkedUntil, until.Nanoseconds);
        }

        if (Volatile.Read(ref _inbox) is null && !_ending)
        {
            _wait.Until(_waiter.SystemClock, until);
        }

        _parked = false;
        if (!_ending)
        {
            _wait.Reset();
            _isAwake = true;
            Watcher?.LookSoon();
        }
    }

    /// <summary>Wakes a thread that would sleep far beyond the time of its next look; any thread.</summary>
    private void LookSoon()
    {
        // Either this sees that the thread sleeps, or the thread sees, before it sleeps, that it has to look.
        Interlocked.MemoryBarrier();
        if (_parked && Volatile.Read(ref _parkedUntil) > (_waiter.SystemClock.Now + StepWatch.LongestDelay).Nanoseconds)
        {
            _wait.Unschedule();
        }
    }

    /// <summary>
    /// Returns the system time of the next look at a task: its deadline or, if the clock is not the system clock and it comes first, the
    /// next whole multiple of the re-mapping interval. So all waiting tasks together wake the thread once in an interval.
    /// </summary>
    private ClockTime MapToSystem(ScheduledTask task)
    {
        if (ReferenceEquals(task.Clock, _waiter.SystemClock))
        {
            return task.Deadline;
        }

        ClockReading reading = task.Clock!.Read();
        ClockTime deadline = reading.SystemTime + (task.Deadline - reading.Time);
        return ClockTime.Min(deadline, reading.SystemTime.NextMultiple(ClockWait.RemapInterval));
    }
}
