namespace RetroVue.Media.Pipelines;

/// <summary>
/// A lock for asynchronous code: one caller at a time is inside, the others wait in the order in which they came. The continuation of a
/// wait does not run on the executor's threads, or, in simulation, runs at once, inline.
/// </summary>
/// <remarks>
/// Thread-safe; not recursive. A <see cref="SemaphoreSlim"/> would be enough in real time, but it always continues a wait on the thread
/// pool, and a simulation has to have only one thread.
/// </remarks>
public sealed class ExecutorLock(Executor executor)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isTaken;

    /// <summary>Completes when the caller is inside; <see cref="Exit"/> must follow.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the caller is not inside.</exception>
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

    /// <summary>Lets in the caller who has waited longest.</summary>
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

            // A cancelled caller does not want the lock any more.
            if (turn.TrySetResult())
            {
                return;
            }
        }
    }
}
