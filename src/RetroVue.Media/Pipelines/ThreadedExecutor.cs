using RetroVue.Media.Clocks;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Runs tasks in real time: one shared thread, with a heap of deadlines, for all tasks whose steps are short, and a named thread for
/// each task that asks for its own.
/// </summary>
/// <remarks>Thread-safe. Threads start with the first task that needs them and end with the last.</remarks>
public sealed class ThreadedExecutor : Executor
{
    /// <summary>How long a step may take to end when its task is let go before its thread is given up as stuck.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly string _name;
    private StepThread? _shared;
    private int _sharedTasks;

    /// <summary>An executor.</summary>
    /// <param name="waiter">The waiter to sleep through; by default the process's real one.</param>
    /// <param name="name">Begins the names of its threads.</param>
    public ThreadedExecutor(IClockWaiter? waiter = null, string name = "retrovue")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Waiter = waiter ?? SystemClockWaiter.Instance;
        _name = name;
    }

    /// <summary>The executor of pipelines that were not given one.</summary>
    public static ThreadedExecutor Default { get; } = new();

    /// <inheritdoc/>
    public override IClockWaiter Waiter { get; }

    /// <inheritdoc/>
    public override Task InvokeAsync(Action work) => Task.Run(work);

    /// <inheritdoc/>
    public override TaskCompletionSource CreateCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    protected override void OnAttach(StepTask task)
    {
        StepThread thread;
        if (task.Placement == StepPlacement.OwnThread)
        {
            thread = new StepThread(Waiter, $"{_name}-{task.Name}");
        }
        else
        {
            lock (_lock)
            {
                thread = _shared ??= new StepThread(Waiter, $"{_name}-pacing");
                _sharedTasks++;
            }
        }

        task.ExecutorState = thread.Register(task);
    }

    /// <inheritdoc/>
    protected override async Task OnDetachAsync(StepTask task)
    {
        ScheduledTask scheduled = Scheduled(task);
        StepThread thread = scheduled.Thread;
        try
        {
            await Watchdog.WithinAsync(thread.RemoveAsync(scheduled), StopLimit).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            // The thread is quarantined: it ends by itself if its step ever returns, and what the step uses is left alone.
            Forget(task, thread);
            throw new TimeoutException(
                $"A step of '{task.Name}' did not end within {StopLimit.TotalSeconds:0} s; its thread '{thread.Name}' is left behind.",
                exception);
        }

        Forget(task, thread);
    }

    /// <inheritdoc/>
    protected internal override void OnWake(StepTask task)
    {
        if (task.ExecutorState is ScheduledTask scheduled)
        {
            scheduled.Thread.Wake(scheduled);
        }
    }

    private static ScheduledTask Scheduled(StepTask task) => (ScheduledTask)task.ExecutorState!;

    private void Forget(StepTask task, StepThread thread)
    {
        if (task.Placement == StepPlacement.OwnThread)
        {
            thread.End();
            return;
        }

        lock (_lock)
        {
            if (--_sharedTasks == 0)
            {
                _shared!.End();
                _shared = null;
            }
        }
    }
}
