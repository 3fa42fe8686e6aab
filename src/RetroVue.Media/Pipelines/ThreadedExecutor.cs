using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Runs tasks in real time: one shared thread, with a heap of deadlines, for all tasks with short steps; another one for tasks that read
/// files; and a named thread for each task that needs its own.
/// </summary>
/// <remarks>Thread-safe. Threads start with the first task that needs them and end with the last.</remarks>
public sealed class ThreadedExecutor : Executor
{
    /// <summary>How long the last step of a task may take during the detachment, before its thread counts as stuck.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly string _name;
    private StepThread? _shared;
    private int _sharedTasks;
    private StepThread? _reading;
    private int _readingTasks;

    /// <summary>Makes an executor.</summary>
    /// <param name="waiter">The waiter; by default the process's real one.</param>
    /// <param name="name">The beginning of its threads' names.</param>
    public ThreadedExecutor(IClockWaiter? waiter = null, string name = "retrovue")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Waiter = waiter ?? SystemClockWaiter.Instance;
        _name = name;
    }

    /// <summary>The default executor of pipelines.</summary>
    public static ThreadedExecutor Default { get; } = new();

    /// <inheritdoc/>
    public override IClockWaiter Waiter { get; }

    /// <inheritdoc/>
    /// <remarks>On a thread that runs nothing else meanwhile: if the work hangs, it does not occupy a thread of the shared pool.</remarks>
    public override Task InvokeAsync(Action work) => WorkThreads.RunAsync($"{_name}-work", work);

    /// <inheritdoc/>
    public override TaskCompletionSource CreateCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    protected override void OnAttach(StepTask task)
    {
        StepThread thread;
        if (task.Placement == StepPlacement.OwnThread)
        {
            thread = StepThread.Start(Waiter, $"{_name}-{task.Name}");
        }
        else
        {
            lock (_lock)
            {
                thread = _shared ??= StepThread.Start(Waiter, $"{_name}-pacing", new StepWatch(Waiter));
                _sharedTasks++;
                if (task.Placement == StepPlacement.Reading)
                {
                    thread = _reading ??= StepThread.StartWatched(Waiter, $"{_name}-reading", _shared);
                    _readingTasks++;
                }
            }
        }

        task.ExecutorState = thread.Register(task);
    }

    /// <inheritdoc/>
    protected override async Task OnDetachAsync(StepTask task)
    {
        ScheduledTask scheduled = Scheduled(task);
        Task removal = scheduled.Thread.RemoveAsync(scheduled);
        try
        {
            await Watchdog.WithinAsync(removal, StopLimit).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            // The thread is left alone: resources of the step must not be freed until it returns, if it ever does.
            task.LateEnd = ForgetLaterAsync(task, scheduled, removal);
            throw new TimeoutException(
                $"A step of '{task.Name}' did not end within {StopLimit.TotalSeconds:0} s; its thread '{scheduled.Thread.Name}' is left running.",
                exception);
        }

        Forget(task, scheduled.Thread);
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

    private async Task ForgetLaterAsync(StepTask task, ScheduledTask scheduled, Task removal)
    {
        await removal.ConfigureAwait(false);
        Forget(task, scheduled.Thread);
    }

    private void Forget(StepTask task, StepThread thread)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(thread, _shared) && !ReferenceEquals(thread, _reading))
            {
                thread.End();
            }

            if (task.Placement == StepPlacement.Reading && --_readingTasks == 0)
            {
                _reading!.End();
                _reading = null;
            }

            if (task.Placement != StepPlacement.OwnThread && --_sharedTasks == 0)
            {
                _shared!.End();
                _shared = null;
            }
        }
    }
}
