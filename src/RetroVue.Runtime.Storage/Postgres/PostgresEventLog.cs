using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Events;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>The log of events in a PostgreSQL database. <see cref="Outbox"/> says why it skips nothing.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PostgresEventLog : IEventLog, IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly ILogger _logger;
    private readonly Outbox _outbox;
    private readonly OutboxWatch _watch;
    private readonly AppendQueue _queue;

    /// <summary>Makes the log; does not connect to the database.</summary>
    public PostgresEventLog(PostgresDatabase database, ILogger logger)
    {
        (_database, _logger) = (database, logger);
        _outbox = new Outbox(database);
        _watch = new OutboxWatch(database, _outbox, logger);
        _queue = new AppendQueue(WriteAsync);
    }

    /// <inheritdoc/>
    public async Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(@event);
        await AppendAsync([@event], transaction, cancellationToken).ConfigureAwait(false);
        return @event.Id;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Guid>> AppendAsync(IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        EventEnvelope[] appended = [.. events];
        Guid[] ids = Array.ConvertAll(appended, one => one?.Id ?? throw new ArgumentException("An event of the list is null.", nameof(events)));
        if (appended.Length > Outbox.MostEvents)
        {
            throw new ArgumentException($"At most {Outbox.MostEvents:N0} events can be appended at once; these are {appended.Length:N0}.", nameof(events));
        }

        NpgsqlTransaction? own = transaction is null ? null : _database.Own(transaction);
        cancellationToken.ThrowIfCancellationRequested();
        if (ids.Length == 0)
        {
            return ids;
        }

        if (own is null)
        {
            await _queue.AppendAsync(appended, cancellationToken).ConfigureAwait(false);
            return ids;
        }

        try
        {
            _watch.Follow(await Outbox.WriteUnplacedAsync(Distinct([appended]), own, cancellationToken).ConfigureAwait(false));
            return ids;
        }
        catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
        {
            throw _database.Explain("An event was not written", exception);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        try
        {
            return await _outbox.ReadAsync(offset, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
        {
            throw _database.Explain("The events were not read", exception);
        }
        catch (System.Text.Json.JsonException exception)
        {
            throw new EventException($"The events were not read: after position {offset}, {_database.Name} has a payload that is not an event. Delete it, if a stranger wrote it. {exception.Message}", isTransient: false, exception);
        }
    }

    /// <inheritdoc/>
    public async Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            long last = await _outbox.GetLastPositionAsync(cancellationToken).ConfigureAwait(false);
            return last > 0 ? last : -1;
        }
        catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
        {
            throw _database.Explain("The latest offset was not read", exception);
        }
    }

    /// <inheritdoc/>
    public Task WaitForAsync(long offset, CancellationToken cancellationToken) => _watch.WaitForAsync(offset, cancellationToken);

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default) =>
        await EventSubscription.StartAsync(this, types, predicate, handler, after, _logger, cancellationToken).ConfigureAwait(false);

    /// <summary>Ends the work in the background.</summary>
    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    /// <summary>Writes some appends; called by one caller at a time.</summary>
    private async Task WriteAsync(IReadOnlyList<IReadOnlyList<EventEnvelope>> appends)
    {
        try
        {
            _watch.Written(await _watch.AloneAsync(() => _outbox.WriteAsync(Distinct(appends))).ConfigureAwait(false));
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.LockNotAvailable)
        {
            await WriteNewAsync(appends).ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
        {
            throw _database.Explain("An event was not written", exception);
        }
    }

    /// <summary>Writes what the log does not have: one of the events is there already, or another transaction is about to write it.</summary>
    private async Task WriteNewAsync(IReadOnlyList<IReadOnlyList<EventEnvelope>> appends)
    {
        try
        {
            foreach (IReadOnlyList<EventEnvelope> append in appends)
            {
                await _outbox.WriteUnplacedAsync(Distinct([append])).ConfigureAwait(false);
            }

            _watch.Written(await _watch.AloneAsync(() => _outbox.PlaceAsync(CancellationToken.None)).ConfigureAwait(false));
        }
        catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
        {
            throw _database.Explain("An event was not written", exception);
        }
    }

    /// <summary>Returns all events of some appends, each id once.</summary>
    private static List<EventEnvelope> Distinct(IReadOnlyList<IReadOnlyList<EventEnvelope>> appends)
    {
        HashSet<Guid> ids = [];
        List<EventEnvelope> events = [];
        foreach (IReadOnlyList<EventEnvelope> append in appends)
        {
            foreach (EventEnvelope envelope in append)
            {
                if (ids.Add(envelope.Id))
                {
                    events.Add(envelope);
                }
            }
        }

        return events;
    }
}
