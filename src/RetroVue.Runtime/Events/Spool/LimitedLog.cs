using System.Data.Common;
using RetroVue.Media.Blocking;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>Appends to a log that may not answer. Thread-safe.</summary>
/// <param name="log">The log.</param>
internal sealed class LimitedLog(IEventLog log)
{
    /// <summary>The most calls that the log has not answered in time and still holds, before the drain makes no further ones.</summary>
    private const int MostHeld = 4;

    private int _held;

    /// <summary>True if the log holds so many calls that another one would only be one more.</summary>
    public bool IsStuck => Volatile.Read(ref _held) >= MostHeld;

    /// <summary>Appends events; returns why they are perhaps not written, or null if they are.</summary>
    /// <param name="events">The events.</param>
    /// <param name="limit">The longest time to wait for the log.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<Exception?> TryAppendAsync(IReadOnlyList<EventEnvelope> events, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Not on the caller's thread: SQLite blocks it while the database is locked.
        Task append = Task.Run(() => log.AppendAsync(events, null, end.Token), CancellationToken.None);
        try
        {
            await Watchdog.WithinAsync(append.WaitAsync(cancellationToken), limit).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return append.IsCompleted || exception is not TimeoutException
                ? exception
                : new TimeoutException($"The log of events did not answer within {limit.TotalSeconds:0.###} s.", exception);
        }
        finally
        {
            if (append.IsCompleted)
            {
                end.Dispose();
            }
            else
            {
                Interlocked.Increment(ref _held);
                _ = ForgetAsync(append, end);
            }
        }
    }

    /// <summary>
    /// True if an error is a failure of the log or its store, whether it calls itself transient or not: a database that is full or read-only
    /// loses no events. Other errors, such as <see cref="ArgumentException"/>, are mistakes of the program.
    /// </summary>
    public static bool IsOfStore(Exception exception) =>
        exception is EventException or DbException or TimeoutException or OperationCanceledException or IOException or UnauthorizedAccessException;

    /// <summary>True if an error may be about these events and not about the store.</summary>
    public static bool IsLasting(Exception exception) =>
        exception is EventException { IsTransient: false } or DbException { IsTransient: false } || !IsOfStore(exception);

    private async Task ForgetAsync(Task append, CancellationTokenSource end)
    {
        // On another thread: the log's reaction to it may block.
        await end.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await append.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        end.Dispose();
        Interlocked.Decrement(ref _held);
    }
}
