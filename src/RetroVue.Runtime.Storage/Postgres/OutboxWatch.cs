using Microsoft.Extensions.Logging;
using Npgsql;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>
/// The background work of a log: gives positions to what was committed without, wakes those who wait for events, and tells other processes.
/// </summary>
/// <remarks>
/// Thread-safe. It looks at the table when something may have changed (a notification, an append) and otherwise at intervals, so it needs no
/// notification to be right. It begins with the first use of the log.
/// </remarks>
internal sealed class OutboxWatch : IAsyncDisposable
{
    /// <summary>How long to wait between two looks for the commit of a transaction: a twentieth of the time since its append, within limits.</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(50);
    private const double Growth = 1.05;

    private static readonly TimeSpan s_busy = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_unnotified = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_betweenNotifications = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(1);

    private readonly string _self = Guid.NewGuid().ToString();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _alone = new(1);
    private readonly Signal _changed = new();
    private readonly Signal _placed = new();
    private readonly Lock _lock = new();
    private readonly HashSet<ulong> _followed = [];
    private readonly PostgresDatabase _database;
    private readonly Outbox _outbox;
    private readonly ILogger _logger;
    private readonly OutboxListener _listener;
    private TaskCompletionSource _news = NewNews();
    private Task? _running;
    private TimeSpan _nextLook = s_shortest;
    private long _highest;
    private int _waiting;

    /// <summary>Makes it; nothing runs before the first use.</summary>
    public OutboxWatch(PostgresDatabase database, Outbox outbox, ILogger logger)
    {
        (_database, _outbox, _logger) = (database, outbox, logger);
        _listener = new OutboxListener(database, logger, _self, _changed.Set);
    }

    /// <summary>Does work that gives positions, while nobody else in this process does.</summary>
    public async Task<long?> AloneAsync(Func<Task<long?>> work)
    {
        ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, typeof(PostgresDatabase));
        await _alone.WaitAsync().ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _alone.Release();
        }
    }

    /// <summary>Takes notice of a commit.</summary>
    /// <param name="last">The last position that it gave; null if its events have none yet.</param>
    public void Written(long? last)
    {
        Start();
        if (last is { } position)
        {
            Raise(position);
            _placed.Set();
        }
        else
        {
            _changed.Set();
        }
    }

    /// <summary>Looks for the end of a transaction that has written events.</summary>
    /// <param name="transaction">Its id in the database.</param>
    public void Follow(ulong transaction)
    {
        lock (_lock)
        {
            _followed.Add(transaction);
            _nextLook = s_shortest;
        }

        Start();
        _changed.Set();
    }

    /// <summary>Waits until there is an event after a position; failures of the database do not end the wait.</summary>
    public async Task WaitForAsync(long position, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, typeof(PostgresDatabase));
        Start();
        _listener.Start();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _end.Token);
        Interlocked.Increment(ref _waiting);
        try
        {
            // What was raised before may be purged, so it counts only if the database has it.
            long known = Math.Max(position, Volatile.Read(ref _highest));
            if (!await HasAfterAsync(position, ends.Token).ConfigureAwait(false))
            {
                await NewsAsync(known, ends.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            ObjectDisposedException.ThrowIf(true, typeof(PostgresDatabase));
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Ends the work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        Task? running;
        lock (_lock)
        {
            running = _running;
        }

        await _listener.DisposeAsync().ConfigureAwait(false);
        await (running ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Start()
    {
        if (Volatile.Read(ref _running) is null)
        {
            lock (_lock)
            {
                _running ??= _end.IsCancellationRequested ? Task.CompletedTask : Task.WhenAll(Task.Run(WatchAsync), Task.Run(NotifyAsync));
            }
        }
    }

    /// <summary>Asks the database until it answers.</summary>
    private async Task<bool> HasAfterAsync(long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _outbox.HasAfterAsync(position, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is EventException || PostgresErrors.IsOfDatabase(exception))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Watchdog.PauseAsync(s_firstRetry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task NewsAsync(long known, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_highest > known)
                {
                    return;
                }

                news = _news.Task;
            }

            await news.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Wakes those who wait for a position up to this one.</summary>
    private void Raise(long position)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            if (position <= _highest)
            {
                return;
            }

            (_highest, news, _news) = (position, _news, NewNews());
        }

        news.SetResult();
    }

    private async Task WatchAsync()
    {
        TimeSpan retry = s_firstRetry;
        bool isAway = false;
        while (!_end.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                pause = await LookAsync().ConfigureAwait(false);
                retry = s_firstRetry;
                if (isAway)
                {
                    StorageLog.OutboxBack(_logger, _database.Name);
                    isAway = false;
                }
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (!isAway)
                {
                    StorageLog.OutboxAway(_logger, _database.Name, _database.Explain("The events' positions were not read", exception).Message);
                    isAway = true;
                }

                pause = retry;
                retry = retry * 2 < s_longestRetry ? retry * 2 : s_longestRetry;
            }

            await _changed.WaitAsync(pause, _end.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at the table once, and gives positions; returns when to look again.</summary>
    private async Task<TimeSpan> LookAsync()
    {
        ulong[] followed;
        lock (_lock)
        {
            followed = [.. _followed];
        }

        OutboxState state;
        try
        {
            state = await _outbox.LookAsync(followed, _end.Token).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // It is another server now, which does not know these transactions.
            state = await _outbox.LookAsync([], _end.Token).ConfigureAwait(false);
        }

        Raise(state.Highest);
        if (state.HasUnplaced && await AloneAsync(() => _outbox.PlaceAsync(_end.Token)).ConfigureAwait(false) is { } last)
        {
            Raise(last);
            _placed.Set();
        }

        lock (_lock)
        {
            _followed.ExceptWith(followed.Where(one => !state.Open.Contains(one)));
            if (_followed.Count > 0)
            {
                TimeSpan pause = _nextLook;
                _nextLook = pause * Growth < s_longest ? pause * Growth : s_longest;
                return pause;
            }
        }

        return state.HasUnplaced ? s_busy
            : Volatile.Read(ref _waiting) > 0 && !_listener.IsListening ? s_unnotified
            : s_idle;
    }

    private async Task NotifyAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _placed.WaitAsync(_end.Token).ConfigureAwait(false);
                await _outbox.NotifyAsync(_self, _end.Token).ConfigureAwait(false);
                await Watchdog.PauseAsync(s_betweenNotifications, _end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is EventException || PostgresErrors.IsOfDatabase(exception))
            {
                // It was a hint only; the others look themselves, too.
            }
        }
    }
}
