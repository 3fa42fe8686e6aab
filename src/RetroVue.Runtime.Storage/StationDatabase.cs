using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Catalogue;
using RetroVue.Runtime.Storage.Events;
using RetroVue.Runtime.Storage.Sqlite;

namespace RetroVue.Runtime.Storage;

/// <summary>A station's database: SQLite in one file, or PostgreSQL.</summary>
/// <remarks>
/// Thread-safe; several processes may use the same database. Every call throws <see cref="EventException"/> if the database fails, and
/// <see cref="ObjectDisposedException"/> after <see cref="DisposeAsync"/>.
/// </remarks>
public sealed class StationDatabase : IEventStore, IAsyncDisposable
{
    private readonly Database _database;
    private readonly IClock _clock;
    private readonly ILogger _logger;

    private StationDatabase(Database database, IClock clock, ILoggerFactory loggerFactory)
    {
        (_database, _clock, _logger) = (database, clock, loggerFactory.CreateLogger<StationDatabase>());
        Log = database.CreateLog(loggerFactory);
        Offsets = new OffsetStore(database, clock);
        Parked = new ParkedEvents(database);
        Catalogue = new MediaCatalogue(database, clock);
    }

    /// <inheritdoc/>
    public IEventLog Log { get; }

    /// <inheritdoc/>
    public IOffsetStore Offsets { get; }

    /// <inheritdoc/>
    public IParkedEvents Parked { get; }

    /// <summary>What is known of media files, and the formats of copied channels.</summary>
    public IMediaCatalogue Catalogue { get; }

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
    /// Writes a copy of the database into a file while the database is used: all that was committed before the call, and nothing by halves. The file
    /// appears, or is replaced, when the copy is complete.
    /// </summary>
    /// <param name="file">The path of the copy, on a disk with as much room as the database takes.</param>
    /// <param name="cancellationToken">Cancels the copy; the file stays as it was.</param>
    /// <exception cref="EventException">The database cannot be read, or the copy not be written.</exception>
    /// <exception cref="NotSupportedException">It is PostgreSQL, whose own tools make better copies.</exception>
    public Task BackUpAsync(string file, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return _database is SqliteDatabase sqlite
            ? SqliteBackUp.WriteAsync(sqlite, Path.GetFullPath(file), cancellationToken)
            : throw new NotSupportedException($"Back up {Name} with PostgreSQL's own tools: pg_dump --format=custom --file '{file}' ADDRESS. docs/storage.md has an example.");
    }

    /// <summary>
    /// Deletes events that happened before a time, in small steps, so that others can work meanwhile. An event stays if a consumer that has an
    /// offset has not finished it, or has put it aside.
    /// </summary>
    /// <param name="before">Station time; events of this time and later ones stay.</param>
    /// <param name="cancellationToken">Ends the work between two steps; what was deleted stays deleted.</param>
    /// <returns>The number of events that were deleted.</returns>
    public async Task<long> PurgeAsync(Instant before, CancellationToken cancellationToken = default)
    {
        long count = await new Purge(_database, cancellationToken).EventsAsync(before).ConfigureAwait(false);
        if (count > 0)
        {
            StorageLog.Purged(_logger, count, before, Name);
        }

        return count;
    }

    /// <summary>Deletes what is older than a station keeps, in small steps, so that others can work meanwhile.</summary>
    /// <param name="periods">How long what is kept.</param>
    /// <param name="cancellationToken">Ends the work between two steps; what was deleted stays deleted.</param>
    /// <returns>How much was deleted.</returns>
    public async Task<PurgeResult> PurgeAsync(RetentionPeriods periods, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(periods);
        Instant now = _clock.GetCurrentInstant();
        var purge = new Purge(_database, cancellationToken);
        return new PurgeResult(
            periods.Events is { } events ? await PurgeAsync(now - events, cancellationToken).ConfigureAwait(false) : 0,
            periods.AsRun is { } asRun ? await purge.AsRunAsync(now - asRun).ConfigureAwait(false) : 0,
            periods.ViewerSessions is { } sessions ? await purge.ViewerSessionsAsync(now - sessions).ConfigureAwait(false) : 0,
            periods.Schedules is { } schedules ? await purge.SchedulesAsync(now - schedules).ConfigureAwait(false) : 0);
    }

    /// <summary>
    /// Closes all connections; who waits for events gets an <see cref="ObjectDisposedException"/>. Dispose subscriptions and consumers before. The last
    /// process that closes a SQLite file leaves only that file.
    /// </summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
