using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RetroVue.Runtime.Events;

/// <summary>
/// An event store in memory, which keeps the same promises as the stores on databases, except that it ends with its process. It is meant for
/// tests, and for stations that need no record.
/// </summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="loggerFactory">Makes the log's logger; null for none.</param>
public sealed class InMemoryEventStore(ILoggerFactory? loggerFactory = null) : IEventStore, IEventLog, IOffsetStore, IParkedEvents
{
    private readonly Lock _lock = new();
    private readonly ILogger _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<InMemoryEventStore>();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _consumers = new(StringComparer.Ordinal);
    private readonly InMemoryEventState _state = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public IEventLog Log => this;

    /// <inheritdoc/>
    public IOffsetStore Offsets => this;

    /// <inheritdoc/>
    public IParkedEvents Parked => this;

    /// <inheritdoc/>
    public Task<EventTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new EventTransaction(new InMemoryTransaction(this)));
    }

    /// <inheritdoc/>
    public async Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(@event);
        return (await AppendAsync([@event], transaction, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Guid>> AppendAsync(IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        EventEnvelope[] copy = [.. events];
        Change(state => state.Append(copy), transaction, cancellationToken);
        return Task.FromResult<IReadOnlyList<Guid>>(Array.ConvertAll(copy, @event => @event.Id));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            int first = (int)Math.Clamp(offset, 0, _state.Events.Count);
            return Task.FromResult<IReadOnlyList<LoggedEvent>>(_state.Events.GetRange(first, Math.Min(limit, _state.Events.Count - first)));
        }
    }

    /// <inheritdoc/>
    public Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(_state.Events.Count == 0 ? -1L : _state.Events.Count);
        }
    }

    /// <inheritdoc/>
    public async Task WaitForAsync(long offset, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_state.Events.Count > Math.Max(offset, 0))
                {
                    return;
                }

                more = _more.Task;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default) =>
        await EventSubscription.StartAsync(this, types, predicate, handler, after, _logger, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    async Task<long> IOffsetStore.GetAsync(string consumerId, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        EventRules.Name(consumerId, nameof(consumerId));
        if (Own(transaction) is { } own)
        {
            await own.LockAsync(consumerId, _consumers.GetOrAdd(consumerId, _ => new SemaphoreSlim(1)), cancellationToken).ConfigureAwait(false);
        }

        return Look(transaction, state => state.Offsets.GetValueOrDefault(consumerId, -1), cancellationToken);
    }

    /// <inheritdoc/>
    public Task SetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        EventRules.Name(consumerId, nameof(consumerId));
        Change(state => state.SetOffset(consumerId, offset), transaction, cancellationToken);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> GetAllAsync(CancellationToken cancellationToken = default) => Task.FromResult(
        Look<IReadOnlyDictionary<string, long>>(null, state => new Dictionary<string, long>(state.Offsets, StringComparer.Ordinal), cancellationToken));

    /// <inheritdoc/>
    public Task ParkAsync(ParkedEvent parked, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parked);
        Change(state => state.Parked[(parked.ConsumerId, parked.Offset)] = parked, transaction, cancellationToken);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    Task<IReadOnlyList<ParkedEvent>> IParkedEvents.GetAsync(string consumerId, DbTransaction? transaction, CancellationToken cancellationToken) => Task.FromResult(
        Look<IReadOnlyList<ParkedEvent>>(transaction, state => [.. state.Parked.Values.Where(parked => parked.ConsumerId == consumerId)], cancellationToken));

    /// <inheritdoc/>
    public Task<bool> RetryAsync(string consumerId, long offset, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            bool isParked = _state.Parked.TryGetValue((consumerId, offset), out ParkedEvent? parked);
            if (isParked)
            {
                _state.Parked[(consumerId, offset)] = parked! with { IsReleased = true };
            }

            return Task.FromResult(isParked);
        }
    }

    /// <inheritdoc/>
    public Task<bool> DropAsync(string consumerId, long offset, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(_state.Parked.Remove((consumerId, offset)));
        }
    }

    /// <inheritdoc/>
    public Task ForgetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        Change(state => state.Parked.Remove((consumerId, offset)), transaction, cancellationToken);
        return Task.CompletedTask;
    }

    /// <summary>Makes the changes of a transaction, all at once.</summary>
    internal void Apply(IReadOnlyList<Action<InMemoryEventState>> changes)
    {
        TaskCompletionSource? more = null;
        lock (_lock)
        {
            int before = _state.Events.Count;
            foreach (Action<InMemoryEventState> change in changes)
            {
                change(_state);
            }

            if (_state.Events.Count > before)
            {
                (more, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
        }

        more?.SetResult();
    }

    private void Change(Action<InMemoryEventState> change, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Own(transaction) is { } own)
        {
            own.Add(change);
        }
        else
        {
            Apply([change]);
        }
    }

    /// <summary>Reads what a transaction sees; without one, what is committed.</summary>
    private T Look<T>(DbTransaction? transaction, Func<InMemoryEventState, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        InMemoryTransaction? own = Own(transaction);
        lock (_lock)
        {
            if (own is null || own.Changes.Count == 0)
            {
                return read(_state);
            }

            InMemoryEventState seen = _state.WithoutEvents();
            foreach (Action<InMemoryEventState> change in own.Changes)
            {
                change(seen);
            }

            return read(seen);
        }
    }

    private InMemoryTransaction? Own(DbTransaction? transaction)
    {
        if (transaction is null)
        {
            return null;
        }

        if (transaction is not InMemoryTransaction own || own.Store != this)
        {
            throw new ArgumentException("The transaction belongs to another store. Take one from this store's BeginAsync.", nameof(transaction));
        }

        return own.IsEnded
            ? throw new ArgumentException("The transaction has been committed or rolled back. Begin another one.", nameof(transaction))
            : own;
    }
}
