using System.Data.Common;
using FluentMigrator.Runner;
using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage;

/// <summary>What differs between the databases: how to connect, begin, lock and migrate, what an error means, and the log of events.</summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>The name for messages, without a password: "the database '/data/station.db'".</summary>
    public abstract string Name { get; }

    /// <summary>The end of a SELECT that locks its rows until the transaction's end.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Opens a connection, from a pool if there is one.</summary>
    /// <exception cref="EventException">The database cannot be reached or opened.</exception>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction that may write.</summary>
    public abstract Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken);

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

    /// <summary>Closes all connections.</summary>
    public abstract ValueTask DisposeAsync();
}
