using System.Data.Common;
using Dapper;
using FluentMigrator.Runner;
using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage;

/// <summary>What differs between the databases: how to connect, begin, lock and migrate, what an error means, and the log of events.</summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class Database : IAsyncDisposable
{
    static Database()
    {
        SqlMapper.AddTypeHandler(new StoredId.Handler());
        SqlMapper.AddTypeHandler(new StoredJson.Handler());
        SqlMapper.AddTypeHandler(new StoredTime.Handler());
    }

    /// <summary>The name for messages, without a password: "the database '/data/station.db'".</summary>
    public abstract string Name { get; }

    /// <summary>The end of a SELECT that locks its rows until the transaction's end.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The column of an event's position that an index covers.</summary>
    public virtual string Position => "position";

    /// <summary>Opens a connection, from a pool if there is one.</summary>
    /// <exception cref="EventException">The database cannot be reached or opened.</exception>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction that may write.</summary>
    public abstract Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>The condition that the database has the table @Table.</summary>
    public virtual string HasTable => "EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = @Table)";

    /// <summary>The rest of a condition that a column is one of the values of a list, which is a parameter: "= ANY (@Paths)".</summary>
    /// <param name="parameter">The parameter's name.</param>
    public virtual string IsOneOf(string parameter) => $"= ANY (@{parameter})";

    /// <summary>Makes the log.</summary>
    /// <param name="loggerFactory">Makes its logger.</param>
    public abstract IEventLog CreateLog(ILoggerFactory loggerFactory);

    /// <summary>Returns what an error of the driver means: the thing, the cause, the remedy, and whether another attempt may succeed.</summary>
    /// <param name="what">What failed: "An event was not written".</param>
    /// <param name="error">The driver's error.</param>
    public abstract EventException Explain(string what, Exception error);

    /// <summary>Sets up FluentMigrator for this database.</summary>
    public abstract void AddRunner(IMigrationRunnerBuilder runner);

    /// <summary>Waits until no other process migrates this database, and keeps it so until the result is disposed.</summary>
    /// <exception cref="EventException">The database cannot be reached, or another process takes too long.</exception>
    public abstract Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken);

    /// <summary>Throws if a transaction cannot take part in this database: it is completed, or another database's.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public virtual void Check(DbTransaction transaction)
    {
        if (transaction.Connection is null)
        {
            throw new ArgumentException($"The transaction is completed already; begin a new one of {Name}.", nameof(transaction));
        }
    }

    /// <summary>Reads on a connection of its own, or in the caller's transaction.</summary>
    /// <param name="what">What fails if it fails: "An offset was not read".</param>
    /// <param name="transaction">The caller's transaction; null for none.</param>
    /// <param name="read">Reads.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<T> ReadAsync<T>(string what, DbTransaction? transaction, Func<DbConnection, Task<T>> read, CancellationToken cancellationToken) =>
        ExplainAsync(what, async () =>
        {
            if (transaction is not null)
            {
                Check(transaction);
                return await read(transaction.Connection!).ConfigureAwait(false);
            }

            DbConnection connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await read(connection).ConfigureAwait(false);
            }
        });

    /// <summary>Writes in a transaction of its own, or in the caller's.</summary>
    /// <param name="what">What fails if it fails: "An offset was not written".</param>
    /// <param name="transaction">The caller's transaction; null for one of its own.</param>
    /// <param name="write">Writes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<T> WriteAsync<T>(string what, DbTransaction? transaction, Func<DbTransaction, Task<T>> write, CancellationToken cancellationToken) =>
        ExplainAsync(what, async () =>
        {
            if (transaction is not null)
            {
                Check(transaction);
                return await write(transaction).ConfigureAwait(false);
            }

            DbConnection connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                DbTransaction own = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
                await using (own.ConfigureAwait(false))
                {
                    T result = await write(own).ConfigureAwait(false);
                    await own.CommitAsync(cancellationToken).ConfigureAwait(false);
                    return result;
                }
            }
        });

    /// <summary>Closes all connections.</summary>
    public abstract ValueTask DisposeAsync();

    private async Task<T> ExplainAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (DbException exception)
        {
            throw Explain(what, exception);
        }
    }
}
