using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>The awaitable form of waiting: a task on an executor that completes at a deadline.</summary>
public static class DeadlineWait
{
    /// <summary>
    /// Completes when <paramref name="clock"/> reads <paramref name="deadline"/>, by the executor's time, real or simulated. The
    /// continuation runs where the executor wants it, not on its threads.
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
