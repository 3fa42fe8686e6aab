using RetroVue.Media.Clocks;

namespace RetroVue.Media.Pipelines;

/// <summary>Runs tasks step by step: in real time on several threads, or in simulated time on one thread.</summary>
/// <remarks>Thread-safe. One executor serves any number of pipelines.</remarks>
public abstract class Executor
{
    /// <summary>The waiter that decides the executor's time.</summary>
    public abstract IClockWaiter Waiter { get; }

    /// <summary>
    /// Runs work that may block (opening a file, joining a thread) without delaying tasks; in simulation at once, inline.
    /// </summary>
    public abstract Task InvokeAsync(Action work);

    /// <summary>
    /// Makes a completion source whose continuations do not run on the executor's threads, or, in simulation, run at once, inline.
    /// </summary>
    public abstract TaskCompletionSource CreateCompletion();

    /// <summary>Takes over a task and wakes it.</summary>
    /// <exception cref="InvalidOperationException">An executor already runs the task.</exception>
    public void Attach(StepTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Executor is not null)
        {
            throw new InvalidOperationException($"The task '{task.Name}' is already running.");
        }

        task.Executor = this;
        task.Detachment = null;
        OnAttach(task);
        task.ClearWake();
        task.Wake();
    }

    /// <summary>
    /// Detaches a task: when the returned task completes, no step of it runs and none will. Completes at once if no step runs; concurrent
    /// callers wait for the same end.
    /// </summary>
    /// <exception cref="TimeoutException">
    /// A step did not end in time. Its thread is left alone; resources that it uses must not be freed before
    /// <see cref="StepTask.LateEnd"/>.
    /// </exception>
    public Task DetachAsync(StepTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        lock (task.DetachLock)
        {
            return task.Executor is null ? Task.CompletedTask : task.Detachment ??= DetachOnceAsync(task);
        }
    }

    /// <summary>Takes over a task that no executor runs.</summary>
    protected abstract void OnAttach(StepTask task);

    /// <summary>Stops the steps of a task; completes when no step of it runs.</summary>
    protected abstract Task OnDetachAsync(StepTask task);

    /// <summary>Called on any thread when an idle task is woken: its next step has to run soon.</summary>
    protected internal abstract void OnWake(StepTask task);

    private async Task DetachOnceAsync(StepTask task)
    {
        await OnDetachAsync(task).ConfigureAwait(false);
        task.Executor = null;
        task.ExecutorState = null;
    }
}
