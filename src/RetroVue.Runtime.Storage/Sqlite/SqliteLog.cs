using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Events;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>
/// The log in table outbox. SQLite has one writer at a time, so the order of the ids is the order of the commits: the id is the position.
/// </summary>
/// <remarks>Thread-safe. SQLite works on the caller's thread: to hand a commit over to another one costs more than it brings.</remarks>
internal sealed class SqliteLog : IEventLog, IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly SqliteDatabase _database;
    private readonly ILogger _logger;
    private readonly AppendQueue _appends;
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly CommitWatch _commits;
    private SqliteWriter? _writer;
    private volatile bool _isDisposed;

    public SqliteLog(SqliteDatabase database, ILogger logger)
    {
        (_database, _logger) = (database, logger);
        _appends = new AppendQueue(WriteAsync);
        _commits = new CommitWatch(database, logger);
    }

    public async Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(@event);
        await AppendAsync([@event], transaction, cancellationToken).ConfigureAwait(false);
        return @event.Id;
    }

    public async Task<IReadOnlyList<Guid>> AppendAsync(
        IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        // A copy, as the caller may change the list while the events wait for their turn.
        EventEnvelope[] copy = [.. events];
        if (Array.IndexOf(copy, null) is >= 0 and int missing)
        {
            throw new ArgumentException($"The event with index {missing} is null.", nameof(events));
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (transaction is not null)
        {
            WriteWithin(transaction, copy);
        }
        else if (copy.Length > 0)
        {
            await _appends.AppendAsync(copy, cancellationToken).ConfigureAwait(false);
        }

        return Array.ConvertAll(copy, @event => @event.Id);
    }

    public Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read("Events were not read", reader => reader.Read(offset, limit)));
    }

    public Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read("The latest offset was not read", reader => reader.Latest()));
    }

    public async Task WaitForAsync(long offset, CancellationToken cancellationToken)
    {
        using IDisposable watching = _commits.Watch();
        while (true)
        {
            // Before the look: a commit after the look completes it.
            Task next = _commits.Next;
            try
            {
                if (Read("The log was not looked at", reader => reader.HasAfter(offset)))
                {
                    return;
                }

                await next.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (EventException exception)
            {
                StorageLog.WaitDisturbed(_logger, _database.File, exception);
                await Watchdog.PauseAsync(s_pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default) =>
        await EventSubscription.StartAsync(this, types, predicate, handler, after, _logger, cancellationToken).ConfigureAwait(false);

    /// <summary>Tells those who wait that another connection of this process may have committed.</summary>
    public void Written() => _commits.Set();

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await _commits.DisposeAsync().ConfigureAwait(false);
        // Whoever writes now comes to its end first. Who waits behind it gets an exception.
        await _database.Gate.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        _writer?.Dispose();
        _writer = null;
        _database.Gate.Leave();
        CloseReaders();
    }

    private async Task WriteAsync(IReadOnlyList<IReadOnlyList<EventEnvelope>> appends)
    {
        await _database.Gate.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(StationDatabase));
            (_writer ??= new SqliteWriter(_database.Open())).Write(appends);
        }
        catch (SqliteException exception)
        {
            _writer?.Dispose();
            _writer = null;
            throw _database.Explain("Events were not written", exception);
        }
        finally
        {
            _database.Gate.Leave();
        }

        _commits.Set();
    }

    private void WriteWithin(DbTransaction transaction, EventEnvelope[] events)
    {
        _database.Check(transaction);
        try
        {
            SqliteWriter.Write((SqliteConnection)transaction.Connection!, events);
        }
        catch (SqliteException exception)
        {
            throw _database.Explain("Events were not written", exception);
        }

        _commits.ExpectSoon();
    }

    private T Read<T>(string what, Func<SqliteReader, T> read)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(StationDatabase));
        SqliteReader? reader = null;
        try
        {
            if (!_readers.TryTake(out reader))
            {
                reader = new SqliteReader(_database.Open());
            }

            T result = read(reader);
            _readers.Add(reader);
            if (_isDisposed)
            {
                CloseReaders();
            }

            return result;
        }
        catch (SqliteException exception)
        {
            reader?.Dispose();
            throw _database.Explain(what, exception);
        }
        catch
        {
            reader?.Dispose();
            throw;
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out SqliteReader? reader))
        {
            reader.Dispose();
        }
    }
}
