using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>
/// Lets one writer of this process at a time to the file, in the order in which they came. SQLite has one writer anyway, but whoever waits for
/// SQLite's own lock holds a thread; and if they hold all threads of the pool, the writer itself cannot go on.
/// </summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="name">The database's name for messages.</param>
internal sealed class WriterGate(string name)
{
    /// <summary>How long a writer waits for others, in this process and in other ones.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private bool _isTaken;

    /// <summary>Waits until nobody else of this process writes.</summary>
    /// <exception cref="EventException">Somebody else has written for too long.</exception>
    public Task EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return Task.CompletedTask;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        return WaitAsync(turn, cancellationToken);
    }

    /// <summary>Lets the next writer go on.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _isTaken = false;
        }
    }

    private async Task WaitAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = Watchdog.CancelAfter(Patience);
        using CancellationTokenRegistration late = limit.Token.Register(() => turn.TrySetCanceled(limit.Token));
        using CancellationTokenRegistration cancelled = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        try
        {
            await turn.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (exception.CancellationToken == limit.Token)
        {
            throw new EventException(
                $"{name} is locked: a transaction of this process has been open for more than {Patience.TotalSeconds:0} s. Nothing was written. Commit or dispose each transaction soon, and do not write outside of it meanwhile.",
                isTransient: true,
                exception);
        }
    }
}
