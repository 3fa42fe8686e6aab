using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// A thread that runs the steps of its tasks: ready ones in turn, waiting ones at their deadlines, and sleeps while there are none.
/// </summary>
/// <remarks>
/// Deadlines on any clock are mapped to the system clock when they are set and again whenever the mapped time comes or
/// <see cref="ClockWait.RemapInterval"/> has passed, so a slewed clock is followed. Waking a task is lock-free: an intrusive stack that
/// the thread takes whole. If a <see cref="StepWatch"/> looks at it, a step that hangs keeps its operating system's thread, and all
/// other tasks go on on another.
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

    // Odd while a step runs. Whoever makes it even goes on with the other tasks: the thread when the step ends, or its relief.
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

    /// <summary>What this thread looks at between its own steps.</summary>
    public StepWatch? Watch { get; }

    /// <summary>The thread that looks at this one; null if its steps never hang.</summary>
    public StepThread? Watcher { get; private init; }

    /// <summary>The number of the step that runs: odd, and another one for each; even where none runs. Any thread.</summary>
    public long Turn => Volatile.Read(ref _turn);

    /// <summary>How far the operating system's thread has come that runs the steps. Any thread.</summary>
    public ThreadProgress Progress => ThreadProgress.Read(_systemThread);

    /// <summary>True while a step runs or may begin at any time. Any thread.</summary>
    public bool IsAwake => _isAwake;

    /// <summary>A thread that runs, and looks at others.</summary>
    public static StepThread Start(IClockWaiter waiter, string name, StepWatch? watch = null)
    {
        var thread = new StepThread(waiter, name, watch);
        thread.Launch();
        return thread;
    }

    /// <summary>A thread that runs, and whose steps may hang: another one looks at it.</summary>
    public static StepThread StartWatched(IClockWaiter waiter, string name, StepThread watcher)
    {
        var thread = new StepThread(waiter, name, null) { Watcher = watcher };
        watcher.Watch!.Watched = thread;
        thread.Launch();
        return thread;
    }

    /// <summary>The task whose step has a number; null if that step has ended. Any thread.</summary>
    public ScheduledTask? SteppingAt(long turn)
    {
        ScheduledTask? task = Volatile.Read(ref _stepping);
        return turn == Turn ? task : null;
    }

    public ScheduledTask Register(StepTask task) => new(this, task);

    public Task RemoveAsync(ScheduledTask task)
    {
        var removal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The task may be in the inbox already, where it must not stand twice: a carrier of its own brings the request.
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

    /// <summary>Ends the thread after the step under way.</summary>
    public void End()
    {
        _ending = true;
        _wait.Unschedule();
    }

    /// <summary>
    /// If the step of a number still runs: leaves it to the operating system's thread that it keeps, from now on the thread of its task
    /// alone, and has a new one go on with all other tasks. For the one thread that looks.
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

    /// <summary>What one of the operating system's threads does: this thread's steps, and if one of them hung, its task's alone.</summary>
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

    /// <summary>Runs steps; null at the end, or what else its operating system's thread has to run where it was relieved.</summary>
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

    /// <summary>Runs a step; false if it took so long that another thread has gone on with the rest.</summary>
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

        // The stack holds the newest first; tasks are to be served in the order they were woken.
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
            // It hung, and has a thread of its own since.
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

    /// <summary>Wakes a thread that would sleep long past the time at which it should look; any thread.</summary>
    private void LookSoon()
    {
        // Either this sees that it is parked, or it sees, before it sleeps, that it has to look.
        Interlocked.MemoryBarrier();
        if (_parked && Volatile.Read(ref _parkedUntil) > (_waiter.SystemClock.Now + StepWatch.Patience).Nanoseconds)
        {
            _wait.Unschedule();
        }
    }

    /// <summary>
    /// The system time at which to look at a task again: its deadline, or the end of the re-mapping interval where that comes first
    /// and the clock is not the system clock itself.
    /// </summary>
    private ClockTime MapToSystem(ScheduledTask task)
    {
        if (ReferenceEquals(task.Clock, _waiter.SystemClock))
        {
            return task.Deadline;
        }

        ClockReading reading = task.Clock!.Read();
        ClockTime left = task.Deadline - reading.Time;
        return reading.SystemTime + ClockTime.Min(left, ClockWait.RemapInterval);
    }
}
