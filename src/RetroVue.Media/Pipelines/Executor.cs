using RetroVue.Media.Clocks;

namespace RetroVue.Media.Pipelines;

/// <summary>Runs tasks step by step, in real time on threads or in simulated time on one.</summary>
/// <remarks>Thread-safe. One executor serves any number of pipelines.</remarks>
public abstract class Executor
{
    /// <summary>The waiter whose time the executor's tasks live in.</summary>
    public abstract IClockWaiter Waiter { get; }

    /// <summary>Runs work that may block (opening a file, joining a thread) where it holds nobody up; in simulation at once, inline.</summary>
    public abstract Task InvokeAsync(Action work);

    /// <summary>
    /// A completion whose continuations run where the executor wants them: off its threads, or in simulation at once, inline.
    /// </summary>
    public abstract TaskCompletionSource CreateCompletion();

    /// <summary>Takes a task in and wakes it.</summary>
    /// <exception cref="InvalidOperationException">An executor runs the task already.</exception>
    public void Attach(StepTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Executor is not null)
        {
            throw new InvalidOperationException($"The task '{task.Name}' runs already.");
        }

        task.Executor = this;
        task.Detachment = null;
        OnAttach(task);
        task.ClearWake();
        task.Wake();
    }

    /// <summary>
    /// Lets a task go: when the returned task completes, no step of it runs and none will. Completes at once where none does; who asks
    /// again meanwhile waits for the same.
    /// </summary>
    /// <exception cref="TimeoutException">
    /// A step did not end in time; its thread is left alone, and what it uses must not be freed before <see cref="StepTask.LateEnd"/>.
    /// </exception>
    public Task DetachAsync(StepTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        lock (task.DetachLock)
        {
            return task.Executor is null ? Task.CompletedTask : task.Detachment ??= DetachOnceAsync(task);
        }
    }

    /// <summary>Takes in a task that is known to no executor.</summary>
    protected abstract void OnAttach(StepTask task);

    /// <summary>Stops stepping a task and completes when no step of it runs.</summary>
    protected abstract Task OnDetachAsync(StepTask task);

    /// <summary>Called on any thread when a task that was not awake is woken: its next step is to be run soon.</summary>
    protected internal abstract void OnWake(StepTask task);

    private async Task DetachOnceAsync(StepTask task)
    {
        await OnDetachAsync(task).ConfigureAwait(false);
        task.Executor = null;
        task.ExecutorState = null;
    }
}
