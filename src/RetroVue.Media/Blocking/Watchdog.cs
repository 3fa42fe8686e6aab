using System.Diagnostics.CodeAnalysis;

namespace RetroVue.Media.Blocking;

/// <summary>
/// Real time limits for operations outside of simulated time: the end of threads, native calls and external I/O. Besides the system clock
/// and its waiter, only this class uses the operating system's time.
/// </summary>
/// <remarks>Thread-safe.</remarks>
[SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "This is the one place meant by the rule.")]
public static class Watchdog
{
    /// <summary>Waits for a thread to end; false if it did not within <paramref name="limit"/>.</summary>
    public static bool Join(Thread thread, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(thread);
        return thread.Join(limit);
    }

    /// <summary>Waits for a task; throws <see cref="TimeoutException"/> if it has not completed within <paramref name="limit"/>.</summary>
    public static Task WithinAsync(Task task, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(limit);
    }

    /// <summary>Pauses between two attempts at external I/O, or two looks at something that tells nobody of its changes.</summary>
    /// <param name="pause">The pause, in real time.</param>
    /// <param name="cancellationToken">Ends the pause with an <see cref="OperationCanceledException"/>.</param>
    public static Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) => Task.Delay(pause, cancellationToken);

    /// <summary>Makes a token source that cancels itself after <paramref name="limit"/> of real time.</summary>
    public static CancellationTokenSource CancelAfter(TimeSpan limit) => new(limit);
}
