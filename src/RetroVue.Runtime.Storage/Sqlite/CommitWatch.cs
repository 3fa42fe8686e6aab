using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>
/// Tells those who wait for events of commits: of this process's appends at once, and of everybody else's by looking at the file's version (PRAGMA
/// data_version), some 50 times a second while somebody waits, and never otherwise.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CommitWatch(SqliteDatabase database, ILogger logger) : IAsyncDisposable
{
    private static readonly ClockTime s_shortest = ClockTime.FromMilliseconds(1);
    private static readonly ClockTime s_longest = ClockTime.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private TaskCompletionSource _next = New();
    private TaskCompletionSource _hurry = New();
    private StationConnection? _connection;
    private SqliteStatement? _version;
    private long _seen;
    private int _watchers;
    private Task _looking = Task.CompletedTask;
    private bool _isLooking;
    private ClockTime _expected = ClockTime.None;

    /// <summary>Completes after the next commit, or when there may have been one.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Looks at the file until the result is disposed. What is committed after this call is seen.</summary>
    public IDisposable Watch()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, typeof(StationDatabase));
            _watchers++;
            if (!_isLooking)
            {
                // The first look is the measure of all later ones, so it comes before the caller looks for events.
                _ = HasChanged();
                _isLooking = true;
                _looking = Task.Run(LookAsync);
            }
        }

        return new Watcher(this);
    }

    /// <summary>Wakes all who wait.</summary>
    public void Set() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Looks more often: a transaction with events has been written to, and may be committed at any moment.</summary>
    public void ExpectSoon()
    {
        lock (_lock)
        {
            _expected = SystemClock.Instance.Now;
            _hurry.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        lock (_lock)
        {
            Close();
        }

        Interlocked.Exchange(ref _next, New()).TrySetException(new ObjectDisposedException(nameof(StationDatabase)));
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LookAsync()
    {
        while (true)
        {
            Task pause = Watchdog.PauseAsync(Pause(out Task hurry), _end.Token);
            await Task.WhenAny(pause, hurry).ConfigureAwait(false);
            bool hasChanged;
            lock (_lock)
            {
                _isLooking = _watchers > 0 && !_end.IsCancellationRequested;
                if (!_isLooking)
                {
                    return;
                }

                hasChanged = HasChanged();
            }

            if (hasChanged)
            {
                Set();
            }
        }
    }

    /// <summary>Returns how long to wait for the next look: the longer a commit is overdue, the longer.</summary>
    private TimeSpan Pause(out Task hurry)
    {
        lock (_lock)
        {
            ClockTime pause = s_longest;
            hurry = _hurry.Task;
            if (!_expected.IsNone)
            {
                pause = ClockTime.FromNanoseconds((SystemClock.Instance.Now - _expected).Nanoseconds / 20);
                if (pause >= s_longest)
                {
                    (_expected, pause) = (ClockTime.None, s_longest);
                }

                if (_hurry.Task.IsCompleted)
                {
                    _hurry = New();
                    hurry = _hurry.Task;
                }
            }

            return (pause > s_shortest ? pause : s_shortest).ToTimeSpan();
        }
    }

    /// <summary>True if another connection has committed since the last call, or if that is unknown.</summary>
    private bool HasChanged()
    {
        try
        {
            _version ??= new SqliteStatement(_connection ??= database.Open(), "PRAGMA data_version");
            _ = _version.Step();
            long version = _version.Number(0);
            _version.Reset();
            return Interlocked.Exchange(ref _seen, version) != version;
        }
        catch (Exception exception) when (exception is SqliteException or EventException)
        {
            StorageLog.WatchDisturbed(logger, database.File, exception);
            Close();
            return true;
        }
    }

    private void Close()
    {
        _version?.Dispose();
        _connection?.Dispose();
        (_version, _connection) = (null, null);
    }

    private sealed class Watcher(CommitWatch watch) : IDisposable
    {
        public void Dispose()
        {
            lock (watch._lock)
            {
                watch._watchers--;
            }
        }
    }
}
