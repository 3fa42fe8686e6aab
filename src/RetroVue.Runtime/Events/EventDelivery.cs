using System.Data.Common;

namespace RetroVue.Runtime.Events;

/// <summary>A consumer's handler, with or without a transaction.</summary>
internal sealed class EventDelivery
{
    private readonly Func<LoggedEvent, CancellationToken, Task>? _handler;
    private readonly Func<LoggedEvent, DbTransaction, CancellationToken, Task>? _inTransaction;

    public EventDelivery(Func<LoggedEvent, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
    }

    public EventDelivery(Func<LoggedEvent, DbTransaction, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _inTransaction = handler;
    }

    /// <summary>True if the handler needs a transaction.</summary>
    public bool IsTransactional => _inTransaction is not null;

    /// <summary>Calls the handler.</summary>
    public Task HandleAsync(LoggedEvent logged, DbTransaction? transaction, CancellationToken stop) =>
        _inTransaction is not null ? _inTransaction(logged, transaction!, stop) : _handler!(logged, stop);
}
