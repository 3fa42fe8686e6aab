using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>Asynchronous waits: a task on an executor that completes at a deadline.</summary>
public static class DeadlineWait
{
    /// <summary>
    /// Completes when <paramref name="clock"/> reads <paramref name="deadline"/>, in the executor's time, real or simulated. The
    /// continuation does not run on the executor's threads, or, in simulation, runs at once.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static async Task WaitUntilAsync(
        this Executor executor,
        IClock clock,
        ClockTime deadline,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(clock);
        cancellationToken.ThrowIfCancellationRequested();
        if (clock.Now >= deadline)
        {
            return;
        }

        TaskCompletionSource completion = executor.CreateCompletion();
        var task = new StepTask("wait", Step);
        CancellationTokenRegistration registration = cancellationToken.Register(task.Wake);
        await using (registration.ConfigureAwait(false))
        {
            executor.Attach(task);
            try
            {
                await completion.Task.ConfigureAwait(false);
            }
            finally
            {
                await executor.DetachAsync(task).ConfigureAwait(false);
            }
        }

        StepResult Step()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                completion.TrySetCanceled(cancellationToken);
                return StepResult.Finished;
            }

            if (clock.Now < deadline)
            {
                return StepResult.At(clock, deadline);
            }

            completion.TrySetResult();
            return StepResult.Finished;
        }
    }
}
