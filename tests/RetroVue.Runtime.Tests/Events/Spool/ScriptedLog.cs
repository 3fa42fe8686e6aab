using System.Data.Common;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>A log in memory that behaves badly on request. It keeps one event of an id, and a batch as a whole.</summary>
internal sealed class ScriptedLog : IEventLog
{
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _ids = [];
    private readonly List<EventEnvelope> _written = [];
    private readonly List<Guid[]> _calls = [];
    private TaskCompletionSource _hung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What an append does before it writes; it can throw, or wait. The token is the call's.</summary>
    public Func<IReadOnlyList<EventEnvelope>, CancellationToken, Task> Before { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>What an append does after it has written.</summary>
    public Func<Task> After { get; set; } = static () => Task.CompletedTask;

    /// <summary>The transaction of the last append that had one.</summary>
    public DbTransaction? Transaction { get; private set; }

    /// <summary>The events in the log, in its order.</summary>
    public EventEnvelope[] Written
    {
        get
        {
            lock (_lock)
            {
                return [.. _written];
            }
        }
    }

    /// <summary>The ids of the events of each call, whatever became of it.</summary>
    public Guid[][] Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>The log works from now on.</summary>
    public void Work()
    {
        Before = static (_, _) => Task.CompletedTask;
        After = static () => Task.CompletedTask;
    }

    /// <summary>The database is away from now on.</summary>
    public void GoAway() => Before = static (_, _) => throw new EventException("The database is away.", isTransient: true);

    /// <summary>All appends fail from now on with an error that calls itself lasting.</summary>
    public void BeFull() => Before = static (_, _) => throw new EventException("The database is full.", isTransient: false);

    /// <summary>Appends of such events fail from now on, for good.</summary>
    public void Refuse(Predicate<EventEnvelope> isRefused) => Before = (events, _) => events.Any(one => isRefused(one))
        ? throw new EventException("The value is too long for its column.", isTransient: false)
        : Task.CompletedTask;

    /// <summary>Appends hang from now on and ignore their tokens, until <see cref="GoOn"/>; then those that hang write.</summary>
    public void Hang()
    {
        Task hung = _hung.Task;
        Before = (_, _) => hung;
    }

    /// <summary>Ends <see cref="Hang"/>.</summary>
    public void GoOn()
    {
        Work();
        _hung.SetResult();
        _hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        (await AppendAsync([@event], transaction, cancellationToken))[0];

    public async Task<IReadOnlyList<Guid>> AppendAsync(
        IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        Guid[] ids = [.. events.Select(one => one.Id)];
        Func<Task> after = After;
        lock (_lock)
        {
            _calls.Add(ids);
            Transaction = transaction ?? Transaction;
        }

        await Before(events, cancellationToken);
        lock (_lock)
        {
            _written.AddRange(events.Where(one => _ids.Add(one.Id)));
        }

        await after();
        return ids;
    }

    public Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<LoggedEvent>>([.. Written.Select((one, i) => new LoggedEvent(i + 1, one)).Where(one => one.Offset > offset).Take(limit)]);

    public Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default) => Task.FromResult(Written.Length is > 0 and var count ? count : -1L);

    public async Task WaitForAsync(long offset, CancellationToken cancellationToken)
    {
        while (Written.Length <= offset)
        {
            await Task.Delay(5, cancellationToken);
        }
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default) =>
        await EventSubscription.StartAsync(this, types, predicate, handler, after ?? 0, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, cancellationToken);
}
