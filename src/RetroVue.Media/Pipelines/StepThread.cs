using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// A thread that runs the steps of its tasks: ready ones in turn, waiting ones at their deadlines, and sleeps while there are none.
/// </summary>
/// <remarks>
/// Deadlines on any clock are mapped to the system clock when they are set and again whenever the mapped time comes or
/// <see cref="ClockWait.RemapInterval"/> has passed, so a slewed clock is followed. Waking a task is lock-free: an intrusive stack that
/// the thread takes whole.
/// </remarks>
internal sealed class StepThread
{
    private readonly IClockWaiter _waiter;
    private readonly ClockWait _wait;
    private readonly Queue<ScheduledTask> _ready = new();
    private readonly PriorityQueue<(ScheduledTask Task, int Wait), long> _waiting = new();
    private readonly List<ScheduledTask> _due = [];
    private ScheduledTask? _inbox;
    private volatile bool _parked;
    private volatile bool _ending;

    public StepThread(IClockWaiter waiter, string name)
    {
        _waiter = waiter;
        _wait = waiter.CreateWait();
        Name = name;
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    public string Name { get; }

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

    private void Run()
    {
        while (!_ending)
        {
            TakeInbox();
            TakeDue();
            if (_ready.TryDequeue(out ScheduledTask? task))
            {
                Step(task);
            }
            else
            {
                Park();
            }
        }

        _wait.Dispose();
    }

    private void Step(ScheduledTask task)
    {
        if (task.State != StepState.Ready)
        {
            return;
        }

        StepResult result = task.Task.Step();
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
        if (task.Carried is { } removed)
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

    private void Park()
    {
        ClockTime until = _waiting.TryPeek(out _, out long due) ? ClockTime.FromNanoseconds(due) : ClockTime.MaxValue;
        _parked = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _inbox) is null && !_ending)
        {
            _wait.Until(_waiter.SystemClock, until);
        }

        _parked = false;
        if (!_ending)
        {
            _wait.Reset();
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
