using System.Data.Common;
using FluentMigrator.Runner;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Migrations;
using SQLitePCL;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>A SQLite file: one writer at a time, any number of readers beside it (write-ahead log). Source: sqlite.org/wal.html.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SqliteDatabase : Database
{
    private static readonly TimeSpan s_tryEvery = TimeSpan.FromMilliseconds(50);

    private readonly string _connectionString;
    private readonly Lock _preparing = new();
    private SqliteLog? _log;
    private bool _isPrepared;
    private bool _wasOpened;
    private bool _isDisposed;

    /// <summary>Names a file; it is opened by the first call.</summary>
    /// <param name="file">The path.</param>
    public SqliteDatabase(string file)
    {
        File = Path.GetFullPath(file);
        // The driver waits for a busy database in steps of 150 ms until its time-out; here SQLite waits itself, and the driver must not go on.
        _connectionString = new SqliteConnectionStringBuilder { DataSource = File, DefaultTimeout = 1, ForeignKeys = true, Pooling = true }.ToString();
        Gate = new WriterGate(Name);
    }

    /// <summary>The full path of the file.</summary>
    public string File { get; }

    /// <summary>How long to wait for another process that changes the tables.</summary>
    public TimeSpan MigrationPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The turn to write.</summary>
    public WriterGate Gate { get; }

    public override string Name => $"the database '{File}'";

    public override string ForUpdate => string.Empty;

    public override string Position => "id";

    public override string HasTable => "EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = @Table)";

    public override string IsOneOf(string parameter) => $"IN @{parameter}";

    public override Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<DbConnection>(Open());

    /// <summary>Opens a connection from the pool.</summary>
    /// <exception cref="EventException">The file cannot be used.</exception>
    public StationConnection Open()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(StationDatabase));
        Prepare();
        return OpenPlain();
    }

    public override async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var own = (StationConnection)connection;
        await Gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        own.WhenClosed(Gate.Leave);
        try
        {
            DbTransaction transaction = own.BeginTransaction(deferred: false);
            own.WhenClosed(() => _log?.Written());
            return transaction;
        }
        catch (SqliteException exception)
        {
            throw Explain("A transaction was not begun", exception);
        }
    }

    public override IEventLog CreateLog(ILoggerFactory loggerFactory) => _log = new SqliteLog(this, loggerFactory.CreateLogger<SqliteLog>());

    public override EventException Explain(string what, Exception error) => SqliteErrors.Explain(what, File, error);

    public override void AddRunner(IMigrationRunnerBuilder runner) => runner.AddSQLite().WithGlobalConnectionString(
        new SqliteConnectionStringBuilder { DataSource = File, DefaultTimeout = 30, Pooling = false }.ToString());

    public override async Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = Watchdog.CancelAfter(MigrationPatience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            if (TryLock() is { } held)
            {
                return held;
            }

            try
            {
                await Watchdog.PauseAsync(s_tryEvery, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new EventException(
                    $"Another process has been changing the tables of {Name} for more than {MigrationPatience.TotalSeconds:0} s. Wait for it, or look who holds '{LockFile}' (fuser).",
                    isTransient: true,
                    exception);
            }
        }
    }

    public override void Check(DbTransaction transaction)
    {
        if (transaction is not SqliteTransaction)
        {
            throw new ArgumentException($"A {transaction.GetType().Name} is no transaction of {Name}; begin one with BeginAsync.", nameof(transaction));
        }

        base.Check(transaction);
        string other = ((SqliteTransaction)transaction).Connection!.DataSource;
        if (other != File && new FileInfo(other).ResolveLinkTarget(true)?.FullName != (new FileInfo(File).ResolveLinkTarget(true)?.FullName ?? File))
        {
            throw new ArgumentException($"The transaction belongs to the database '{other}', not to {Name}.", nameof(transaction));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        if (_log is { } log)
        {
            await log.DisposeAsync().ConfigureAwait(false);
        }

        if (_wasOpened)
        {
            // The last connection writes the write-ahead log back into the file and deletes it.
            using var any = new SqliteConnection(_connectionString);
            SqliteConnection.ClearPool(any);
        }
    }

    private string LockFile => File + ".lock";

    private FileStream? TryLock()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException) && System.IO.File.Exists(LockFile))
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EventException(
                $"The tables of {Name} cannot be made or changed: '{LockFile}' cannot be written to. {exception.Message}", isTransient: false, exception);
        }
    }

    private StationConnection OpenPlain()
    {
        StationConnection connection = NewConnection();
        try
        {
            connection.Open();
            _wasOpened = true;
            SqliteException.ThrowExceptionForRC(
                raw.sqlite3_exec(connection.Handle, $"PRAGMA busy_timeout = {WriterGate.Patience.TotalMilliseconds:0}; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864"),
                connection.Handle);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw Explain("It was not opened", exception);
        }
    }

    private StationConnection NewConnection()
    {
        try
        {
            return new StationConnection(_connectionString);
        }
        catch (TypeInitializationException exception)
        {
            throw new EventException(
                $"{Name} cannot be used: SQLite's library cannot be loaded. It comes with the packages as libe_sqlite3.so, and must be in the folder of the program. {exception.GetBaseException().Message.Split('\n')[0]}",
                isTransient: false,
                exception);
        }
    }

    /// <summary>Looks once whether the file is one of ours, or empty, and lets readers and the writer work side by side.</summary>
    private void Prepare()
    {
        lock (_preparing)
        {
            if (_isPrepared)
            {
                return;
            }

            using StationConnection connection = OpenPlain();
            try
            {
                CheckFile(connection);
                using var journal = new SqliteStatement(connection, "PRAGMA journal_mode = WAL");
                _ = journal.Step();
                string mode = System.Text.Encoding.UTF8.GetString(journal.Text(0));
                if (mode != "wal")
                {
                    throw new EventException(
                        $"{Name} cannot have a write-ahead log (its journal is '{mode}'), which a station needs. Put the file on a local disk; network disks do not have what it takes.",
                        isTransient: false);
                }
            }
            catch (SqliteException exception)
            {
                throw Explain("It was not opened", exception);
            }

            _isPrepared = true;
        }
    }

    private void CheckFile(StationConnection connection)
    {
        using var tables = new SqliteStatement(
            connection, $"SELECT count(*), coalesce(sum(name = '{StationMigrations.VersionTable}'), 0) FROM sqlite_schema WHERE type = 'table'");
        _ = tables.Step();
        if (tables.Number(0) > 0 && tables.Number(1) == 0)
        {
            throw new EventException(
                $"{Name} belongs to another program: it has {tables.Number(0)} tables, but none of a station. Give another file.", isTransient: false);
        }

        if (raw.sqlite3_db_readonly(connection.Handle, "main") != 0)
        {
            throw new EventException($"{Name} cannot be used: {SqliteErrors.ReadOnly(File)}", isTransient: false);
        }
    }
}
