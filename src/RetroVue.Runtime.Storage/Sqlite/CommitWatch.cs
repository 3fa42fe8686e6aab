using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>
/// Tells those who wait for events of commits: of this process's appends at once, and of everybody else's by looking at the file's version (PRAGMA
/// data_version), 50 times a second while somebody waits, and never otherwise.
/// </summary>
/// <remarks>
/// Thread-safe. A look takes 2 µs. It has a thread of its own: a timer of the thread pool would wake two threads each time, which costs a
/// station without viewers more than one per cent of a processor.
/// </remarks>
internal sealed class CommitWatch(SqliteDatabase database, ILogger logger) : IAsyncDisposable
{
    private static readonly ClockTime s_shortest = ClockTime.FromMilliseconds(1);
    private static readonly ClockTime s_longest = ClockTime.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _isWatched = new();
    private readonly ClockWait _pause = SystemClockWaiter.Instance.CreateWait();
    private readonly TaskCompletionSource _ended = New();
    private TaskCompletionSource _next = New();
    private StationConnection? _connection;
    private SqliteStatement? _version;
    private Thread? _thread;
    private long _seen;
    private int _watchers;
    private bool _isEnding;
    private ClockTime _expected = ClockTime.None;

    /// <summary>Completes after the next commit, or when there may have been one.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Looks at the file until the result is disposed. What is committed after this call is seen.</summary>
    public IDisposable Watch()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isEnding, typeof(StationDatabase));
            if (_watchers++ == 0)
            {
                // The first look is the measure of all later ones, so it comes before the caller looks for events.
                _ = HasChanged();
                _isWatched.Set();
                if (_thread is null)
                {
                    _thread = new Thread(Run) { IsBackground = true, Name = "sqlite commits" };
                    _thread.Start();
                }
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
            if (!_isEnding)
            {
                _expected = SystemClock.Instance.Now;
                _pause.Unschedule();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_isEnding)
            {
                return;
            }

            _isEnding = true;
        }

        if (_thread is not null)
        {
            _isWatched.Set();
            _pause.Unschedule();
            await _ended.Task.ConfigureAwait(false);
        }

        _pause.Dispose();
        _isWatched.Dispose();

        lock (_lock)
        {
            Close();
        }

        Interlocked.Exchange(ref _next, New()).TrySetException(new ObjectDisposedException(nameof(StationDatabase)));
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Run()
    {
        while (true)
        {
            _isWatched.Wait();
            if (!_pause.Until(SystemClock.Instance, SystemClock.Instance.Now + Pause()).Reached)
            {
                _pause.Reset();
            }

            bool hasChanged;
            lock (_lock)
            {
                if (_isEnding)
                {
                    break;
                }

                if (_watchers == 0)
                {
                    _isWatched.Reset();
                    continue;
                }

                hasChanged = HasChanged();
            }

            if (hasChanged)
            {
                Set();
            }
        }

        _ended.SetResult();
    }

    /// <summary>Returns how long to wait for the next look: the longer a commit is overdue, the longer.</summary>
    private ClockTime Pause()
    {
        lock (_lock)
        {
            if (_expected.IsNone)
            {
                return s_longest;
            }

            var pause = ClockTime.FromNanoseconds((SystemClock.Instance.Now - _expected).Nanoseconds / 20);
            if (pause < s_longest)
            {
                return pause > s_shortest ? pause : s_shortest;
            }

            _expected = ClockTime.None;
            return s_longest;
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
            (long before, _seen) = (_seen, version);
            return version != before;
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
