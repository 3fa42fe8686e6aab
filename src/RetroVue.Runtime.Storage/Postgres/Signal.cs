using RetroVue.Media.Blocking;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>Wakes one waiting task. Several settings before it wakes count as one.</summary>
/// <remarks>Thread-safe; only one task may wait.</remarks>
internal sealed class Signal
{
    private TaskCompletionSource _set = New();

    /// <summary>Wakes the task that waits, or the next one that will.</summary>
    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Waits for the signal, and resets it.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _set.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _set, New());
    }

    /// <summary>Waits for the signal or for the end of a pause, and resets it.</summary>
    public async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_set.Task, Watchdog.PauseAsync(pause, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        if (_set.Task.IsCompleted)
        {
            Volatile.Write(ref _set, New());
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
