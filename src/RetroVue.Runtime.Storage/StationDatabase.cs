using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Events;

namespace RetroVue.Runtime.Storage;

/// <summary>A station's database: SQLite in one file, or PostgreSQL.</summary>
/// <remarks>
/// Thread-safe; several processes may use the same database. Every call throws <see cref="EventException"/> if the database fails, and
/// <see cref="ObjectDisposedException"/> after <see cref="DisposeAsync"/>.
/// </remarks>
public sealed class StationDatabase : IEventStore, IAsyncDisposable
{
    private readonly Database _database;

    private StationDatabase(Database database, IClock clock, ILoggerFactory loggerFactory)
    {
        _database = database;
        Log = database.CreateLog(loggerFactory);
        Offsets = new OffsetStore(database, clock);
        Parked = new ParkedEvents(database);
    }

    /// <inheritdoc/>
    public IEventLog Log { get; }

    /// <inheritdoc/>
    public IOffsetStore Offsets { get; }

    /// <inheritdoc/>
    public IParkedEvents Parked { get; }

    /// <summary>The database's name for messages, without a password: "the database '/data/station.db'".</summary>
    public string Name => _database.Name;

    /// <summary>What other stores of this package are built on.</summary>
    internal Database Database => _database;

    /// <summary>Opens a database; makes it if it is a SQLite file that does not exist, and brings its tables up to this version.</summary>
    /// <param name="options">Which database, and how.</param>
    /// <param name="clock">Station time, for what the database notes about itself.</param>
    /// <param name="loggerFactory">Makes the loggers; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="EventException">
    /// The database cannot be used: it cannot be reached, is no station's database, is read-only, or a newer program has used it.
    /// </exception>
    public static async Task<StationDatabase> OpenAsync(
        StationDatabaseOptions options, IClock clock, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        loggerFactory ??= NullLoggerFactory.Instance;
        Database database = Databases.Create(options.Connection);
        try
        {
            await DatabaseMigrations.EnsureAsync(database, options.Migrate, loggerFactory, cancellationToken).ConfigureAwait(false);
            return new StationDatabase(database, clock, loggerFactory);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Begins a transaction. In SQLite it is the only one that may write, in this process and in others: all other writers wait for its end, and
    /// after five seconds they get an <see cref="EventException"/>. So commit or dispose it soon.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait for other transactions.</param>
    /// <exception cref="EventException">The database fails, or others hold it for too long.</exception>
    public async Task<EventTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        DbConnection connection = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new EventTransaction(await _database.BeginAsync(connection, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Closes all connections; who waits for events gets an <see cref="ObjectDisposedException"/>. Dispose subscriptions and consumers before. The last
    /// process that closes a SQLite file leaves only that file.
    /// </summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
