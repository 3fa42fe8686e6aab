using System.Data.Common;
using System.Globalization;
using Dapper;
using FluentMigrator.Runner;
using FluentMigrator.Runner.Initialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Migrations;

namespace RetroVue.Runtime.Storage;

/// <summary>Brings the tables of a station's database up and down. <see cref="StationDatabase.OpenAsync"/> brings them up by itself.</summary>
/// <remarks>
/// Thread-safe, also between processes: one changes the tables, and the others wait. Each version is applied wholly or not at all. Every call throws
/// <see cref="EventException"/> if the database cannot be used, or is newer than this program.
/// </remarks>
public static class DatabaseMigrations
{
    /// <summary>The version of this program's tables.</summary>
    internal static long Newest => StationMigrations.Known[^1].Version;

    /// <summary>Brings the tables up to this program's version; makes the database if it is a SQLite file that does not exist.</summary>
    /// <param name="options">The database.</param>
    /// <param name="loggerFactory">Makes the logger of what is done; null for none.</param>
    /// <param name="cancellationToken">Cancels the wait for other processes.</param>
    /// <returns>The number of versions that were applied.</returns>
    public static Task<int> MigrateAsync(StationDatabaseOptions options, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default) =>
        UseAsync(options, database => MoveAsync(database, Newest, loggerFactory ?? NullLoggerFactory.Instance, cancellationToken));

    /// <summary>
    /// Brings the tables down to a lower version; no process may use the database meanwhile. What only the removed tables hold is lost:
    /// docs/storage.md says what that is.
    /// </summary>
    /// <param name="options">The database.</param>
    /// <param name="version">The version to keep; 0 removes all tables.</param>
    /// <param name="loggerFactory">Makes the logger of what is done; null for none.</param>
    /// <param name="cancellationToken">Cancels the wait for other processes.</param>
    /// <returns>The number of versions that were removed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such version.</exception>
    public static Task<int> RollbackAsync(
        StationDatabaseOptions options, long version, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        if (version != 0 && StationMigrations.Known.All(known => known.Version != version))
        {
            throw new ArgumentOutOfRangeException(nameof(version), version, $"There is no version {version}; the versions are 0 to {Newest}.");
        }

        return UseAsync(options, database => MoveDownAsync(database, version, loggerFactory ?? NullLoggerFactory.Instance, cancellationToken));
    }

    /// <summary>Returns the versions that this program knows or the database has, in order. A SQLite file is made if it does not exist.</summary>
    /// <param name="options">The database.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static Task<IReadOnlyList<MigrationStatus>> GetStatusAsync(StationDatabaseOptions options, CancellationToken cancellationToken = default) =>
        UseAsync(options, async database =>
        {
            Dictionary<long, string> applied = await ReadAppliedAsync(database, cancellationToken).ConfigureAwait(false);
            IEnumerable<MigrationStatus> known = StationMigrations.Known.Select(one => new MigrationStatus(one.Version, one.Description, applied.Remove(one.Version), true));
            List<MigrationStatus> all = [.. known];
            all.AddRange(applied.Select(one => new MigrationStatus(one.Key, one.Value, true, false)));
            return (IReadOnlyList<MigrationStatus>)[.. all.OrderBy(one => one.Version)];
        });

    /// <summary>Brings the tables up to this program's version if they are older.</summary>
    /// <param name="database">The database.</param>
    /// <param name="migrate">False to fail if they are older.</param>
    /// <param name="loggerFactory">Makes the logger.</param>
    /// <param name="cancellationToken">Cancels the wait for other processes.</param>
    internal static async Task EnsureAsync(Database database, bool migrate, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        // FluentMigrator takes half a second to start, so it does only if there is work.
        long version = await ReadVersionAsync(database, cancellationToken).ConfigureAwait(false);
        if (version == Newest)
        {
            return;
        }

        if (!migrate)
        {
            throw new EventException(
                $"{database.Name} has tables of version {version}, and this program needs {Newest}. Bring them up: station database migrate.", isTransient: false);
        }

        await MoveAsync(database, Newest, loggerFactory, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<T> UseAsync<T>(StationDatabaseOptions options, Func<Database, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(options);
        Database database = Databases.Create(options.Connection);
        await using (database.ConfigureAwait(false))
        {
            return await work(database).ConfigureAwait(false);
        }
    }

    private static async Task<int> MoveAsync(Database database, long target, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        IAsyncDisposable held = await database.LockMigrationsAsync(cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            // Another process may have done it while this one waited.
            long version = await ReadVersionAsync(database, cancellationToken).ConfigureAwait(false);
            if (version < target)
            {
                StorageLog.Migrating(loggerFactory.CreateLogger(typeof(DatabaseMigrations)), database.Name, version, target);
                await RunAsync(database, runner => runner.MigrateUp(target)).ConfigureAwait(false);
            }

            return StationMigrations.Known.Count(known => known.Version > version && known.Version <= target);
        }
    }

    private static async Task<int> MoveDownAsync(Database database, long target, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        IAsyncDisposable held = await database.LockMigrationsAsync(cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            long version = await ReadVersionAsync(database, cancellationToken).ConfigureAwait(false);
            if (version > target)
            {
                StorageLog.Migrating(loggerFactory.CreateLogger(typeof(DatabaseMigrations)), database.Name, version, target);
                await RunAsync(database, runner => runner.MigrateDown(target)).ConfigureAwait(false);
            }

            return StationMigrations.Known.Count(known => known.Version > target && known.Version <= version);
        }
    }

    /// <summary>Returns the highest version that the database has; 0 for none.</summary>
    private static async Task<long> ReadVersionAsync(Database database, CancellationToken cancellationToken)
    {
        Dictionary<long, string> applied = await ReadAppliedAsync(database, cancellationToken).ConfigureAwait(false);
        long version = applied.Keys.DefaultIfEmpty().Max();
        return version <= Newest ? version : throw new EventException(
            $"{database.Name} has tables of version {version}, and this program knows only those up to {Newest}: a newer program has used it. Start that program, or put back the back-up from before the update.",
            isTransient: false);
    }

    private static async Task<Dictionary<long, string>> ReadAppliedAsync(Database database, CancellationToken cancellationToken)
    {
        DbConnection connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                    $"SELECT {database.HasTable}", new { Table = StationMigrations.VersionTable }, cancellationToken: cancellationToken)).ConfigureAwait(false))
                {
                    return [];
                }

                // All columns: while FluentMigrator makes the table, or after the death of a process that did, it has no description yet.
                IEnumerable<dynamic> rows = await connection.QueryAsync(new CommandDefinition(
                    $"SELECT * FROM {StationMigrations.VersionTable}", cancellationToken: cancellationToken)).ConfigureAwait(false);
                return rows.Cast<IDictionary<string, object?>>().ToDictionary(
                    row => Convert.ToInt64(row["version"], CultureInfo.InvariantCulture), row => (row.TryGetValue("description", out object? text) ? text as string : null) ?? string.Empty);
            }
            catch (DbException exception)
            {
                throw database.Explain("The version of the tables was not read", exception);
            }
        }
    }

    private static async Task RunAsync(Database database, Action<IMigrationRunner> run)
    {
        IServiceCollection services = new ServiceCollection().AddFluentMigratorCore().ConfigureRunner(runner =>
        {
            database.AddRunner(runner);
            runner.WithVersionTable(new VersionTable());
        });
        services.Replace(ServiceDescriptor.Singleton<IFilteringMigrationSource, StationMigrations>());
        ServiceProvider provider = services.BuildServiceProvider();
        await using (provider.ConfigureAwait(false))
        {
            AsyncServiceScope scope = provider.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                try
                {
                    await Task.Run(() => run(scope.ServiceProvider.GetRequiredService<IMigrationRunner>())).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is DbException or { InnerException: DbException })
                {
                    throw database.Explain("The tables were not changed", exception as DbException ?? exception.InnerException!);
                }
            }
        }
    }
}
