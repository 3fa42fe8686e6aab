namespace RetroVue.Media.Pipelines;

/// <summary>
/// A lock for asynchronous code: one caller at a time is inside, the others wait in the order in which they came. The continuation of a
/// wait runs where the executor wants it: off its threads, or in simulation at once, inline.
/// </summary>
/// <remarks>
/// Thread-safe; not recursive. A <see cref="SemaphoreSlim"/> would do in real time alone: it continues a wait on the thread pool always,
/// beside a simulation that is to have one thread.
/// </remarks>
public sealed class ExecutorLock(Executor executor)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isTaken;

    /// <summary>Completes when the caller is inside; <see cref="Exit"/> must follow.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first: the caller is not inside.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return;
            }

            turn = executor.CreateCompletion();
            _waiting.Enqueue(turn);
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (turn, token) => ((TaskCompletionSource)turn!).TrySetCanceled(token), turn);
        await using (registration.ConfigureAwait(false))
        {
            await turn.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Lets in who has waited longest.</summary>
    public void Exit()
    {
        while (true)
        {
            TaskCompletionSource? turn;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out turn))
                {
                    _isTaken = false;
                    return;
                }
            }

            // One that has been cancelled does not want it any more.
            if (turn.TrySetResult())
            {
                return;
            }
        }
    }
}
