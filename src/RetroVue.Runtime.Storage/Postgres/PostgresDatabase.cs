using System.Data;
using System.Data.Common;
using System.Globalization;
using FluentMigrator.Runner;
using Microsoft.Extensions.Logging;
using Npgsql;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>A station's database on a PostgreSQL server, from version 13.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PostgresDatabase : Database
{
    /// <summary>
    /// Settings of the log's own connections. All its statements find their rows by an index, so the planner must not choose a scan of the whole
    /// table from the figures of a time when the table was small. A transaction whose client has died must end: it may hold the lock.
    /// </summary>
    private const string OwnSettings = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c lock_timeout=1000"
        + " -c idle_in_transaction_session_timeout=10000 -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=20000";

    /// <summary>The bytes that go to or come from the server at once: a batch of a hundred events in one piece.</summary>
    private const int BufferBytes = 128 * 1024;

    /// <summary>The key of the lock that a migrating process holds: "RetroVue" in ASCII.</summary>
    private const long MigrationKey = 0x52_65_74_72_6F_56_75_65;

    private static readonly TimeSpan s_migrationPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_migrationLimit = TimeSpan.FromMinutes(1);

    private readonly List<PostgresEventLog> _logs = [];
    private readonly NpgsqlConnectionStringBuilder _address;
    private readonly NpgsqlDataSource _pool;
    private readonly NpgsqlDataSource _own;
    private volatile bool _isDisposed;

    /// <summary>Knows a database; does not connect to it.</summary>
    /// <param name="connection">Its address, in one of the two forms of <see cref="PostgresAddress"/>.</param>
    /// <exception cref="ArgumentException">It is not an address.</exception>
    public PostgresDatabase(string connection)
    {
        _address = PostgresAddress.Parse(connection);
        SetDefault("Timeout", 10);
        SetDefault("Command Timeout", 30);
        SetDefault("Maximum Pool Size", 10);
        SetDefault("Connection Idle Lifetime", 60);
        SetDefault("Application Name", "RetroVue");
        bool isSocket = _address.Host is ['/' or '@', ..];
        if (!isSocket)
        {
            SetDefault("Tcp Keepalive", true);
            SetDefault("Tcp Keepalive Time", 5);
            SetDefault("Tcp Keepalive Interval", 5);
        }

        Name = isSocket || _address.Host!.Contains(':', StringComparison.Ordinal)
            ? $"the database '{_address.Database}' at {_address.Host}"
            : string.Create(CultureInfo.InvariantCulture, $"the database '{_address.Database}' at {_address.Host}:{_address.Port}");
        try
        {
            _pool = NpgsqlDataSource.Create(_address);
            _own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_address.ConnectionString)
            {
                Options = $"{_address.Options} {OwnSettings}".Trim(),
                MaxPoolSize = 8,
                MinPoolSize = 0,
                ReadBufferSize = BufferBytes,
                WriteBufferSize = BufferBytes,
                MaxAutoPrepare = 20,
                AutoPrepareMinUsages = 2,
                NoResetOnClose = true,
                Enlist = false,
            });
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException($"The address of {Name} cannot be used: {exception.Message}", nameof(connection), exception);
        }
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string ForUpdate => " FOR UPDATE";

    /// <inheritdoc/>
    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await OpenAsync(_pool, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a connection that executes only the log's statements.</summary>
    /// <exception cref="EventException">The database cannot be reached or opened.</exception>
    public Task<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellationToken) => OpenAsync(_own, cancellationToken);

    /// <inheritdoc/>
    public override async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
        {
            throw Explain("A transaction was not begun", exception);
        }
    }

    /// <summary>Returns a transaction as Npgsql's, if it can take part in this database.</summary>
    /// <exception cref="ArgumentException">It cannot: it is completed, or another database's.</exception>
    public NpgsqlTransaction Own(DbTransaction transaction)
    {
        if (transaction is not NpgsqlTransaction own)
        {
            throw new ArgumentException($"The transaction is a {transaction.GetType().Name}, but {Name} needs an {nameof(NpgsqlTransaction)}.", nameof(transaction));
        }

        try
        {
            // Npgsql answers this only for a transaction that is open.
            _ = own.IsolationLevel;
        }
        catch (InvalidOperationException exception)
        {
            throw new ArgumentException($"The transaction is completed already; begin a new one of {Name}.", nameof(transaction), exception);
        }

        string? other = own.Connection?.Database;
        return other == _address.Database ? own : throw new ArgumentException($"The transaction is one of the database '{other}', not of {Name}.", nameof(transaction));
    }

    /// <inheritdoc/>
    public override void Check(DbTransaction transaction) => Own(transaction);

    /// <inheritdoc/>
    public override IEventLog CreateLog(ILoggerFactory loggerFactory)
    {
        var log = new PostgresEventLog(this, loggerFactory.CreateLogger<PostgresEventLog>());
        lock (_logs)
        {
            _logs.Add(log);
        }

        return log;
    }

    /// <inheritdoc/>
    public override EventException Explain(string what, Exception error) => error as EventException ?? PostgresErrors.Explain(what, Name, error);

    /// <inheritdoc/>
    public override void AddRunner(IMigrationRunnerBuilder runner) => runner.AddPostgres()
        .WithGlobalConnectionString(new NpgsqlConnectionStringBuilder(_address.ConnectionString) { Pooling = false }.ConnectionString);

    /// <inheritdoc/>
    public override async Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await OpenOwnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (TimeSpan waited = TimeSpan.Zero; waited < s_migrationLimit; waited += s_migrationPoll)
            {
                if (await IsTrueAsync(connection, $"SELECT pg_try_advisory_lock({MigrationKey})", cancellationToken).ConfigureAwait(false))
                {
                    return new MigrationLock(connection);
                }

                await Watchdog.PauseAsync(s_migrationPoll, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (PostgresErrors.IsOfDatabase(exception))
            {
                throw Explain("The tables were not migrated", exception);
            }

            throw;
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        throw new EventException($"The tables were not migrated: another process has been migrating {Name} for a minute. Wait until it has finished, or end it.", isTransient: true);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        PostgresEventLog[] logs;
        lock (_logs)
        {
            logs = [.. _logs];
            _logs.Clear();
        }

        foreach (PostgresEventLog log in logs)
        {
            await log.DisposeAsync().ConfigureAwait(false);
        }

        _isDisposed = true;
        await _own.DisposeAsync().ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<bool> IsTrueAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        NpgsqlCommand command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = sql;
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try
        {
            return await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException) when (_isDisposed)
        {
            ObjectDisposedException.ThrowIf(true, this);
            throw;
        }
        catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
        {
            throw Explain("There is no connection", exception);
        }
    }

    private void SetDefault(string name, object value)
    {
        if (!((DbConnectionStringBuilder)_address).ShouldSerialize(name))
        {
            ((DbConnectionStringBuilder)_address)[name] = value;
        }
    }

    /// <summary>Unlocks when it is disposed of, or when its connection breaks.</summary>
    private sealed class MigrationLock(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await IsTrueAsync(connection, $"SELECT pg_advisory_unlock({MigrationKey})", CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (PostgresErrors.IsOfDatabase(exception))
            {
                // The server unlocks when it sees the end of the connection.
            }

            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
