using System.Data.Common;

namespace RetroVue.Runtime.Events;

/// <summary>A transaction of an event store on a connection of its own. Not thread-safe.</summary>
public sealed class EventTransaction : IAsyncDisposable
{
    private readonly DbConnection? _connection;

    /// <summary>Takes over a transaction and its connection. For authors of stores.</summary>
    public EventTransaction(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        (Transaction, _connection) = (transaction, transaction.Connection);
    }

    /// <summary>The transaction, for calls of the log and for commands of your own.</summary>
    public DbTransaction Transaction { get; }

    /// <summary>Commits the transaction.</summary>
    /// <param name="cancellationToken">Cancels the wait; the transaction may be committed or not.</param>
    /// <exception cref="EventException">The store failed; the transaction may be committed or not.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await Transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException exception)
        {
            throw new EventException($"The store did not say whether it committed a transaction: {exception.Message}", isTransient: true, exception);
        }
    }

    /// <summary>Rolls back what was not committed, and gives the connection back. It never throws: a broken connection is rolled back by its store.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Transaction.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or IOException)
        {
            // The store sees the end of the connection, and rolls back.
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
