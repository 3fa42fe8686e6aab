using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Hosting;

/// <summary>Opens a database as soon as it answers.</summary>
/// <remarks>Thread-safe. It begins at once.</remarks>
internal sealed class DatabaseOpening : IAsyncDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _away = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DatabaseOpening(StationDatabaseOptions options, IClock clock, ILoggerFactory loggerFactory)
    {
        Database = Task.Run(() => OpenAsync(options, clock, loggerFactory), CancellationToken.None);
        Tried = Task.WhenAny(Database, _away.Task);
        // Who asks for it gets its error; nobody need ask.
        _ = Database.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Completes when the database is open; fails if it cannot be used.</summary>
    public Task<StationDatabase> Database { get; }

    /// <summary>Completes when the database is open, could not be reached at the first attempt, or cannot be used.</summary>
    public Task Tried { get; }

    /// <summary>Returns the database, if it is open by now.</summary>
    /// <exception cref="EventException">It is not open: transient if it is away, else it cannot be used.</exception>
    public async Task<StationDatabase> GetAsync(CancellationToken cancellationToken)
    {
        await Tried.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Database.IsCompleted
            ? await Database.ConfigureAwait(false)
            : throw new EventException("The database has not answered since the start; it is opened as soon as it does. The log of the program says what is wrong.", isTransient: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await ((Task)Database).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Database.IsCompletedSuccessfully)
        {
            await (await Database.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }

        _end.Dispose();
    }

    private async Task<StationDatabase> OpenAsync(StationDatabaseOptions options, IClock clock, ILoggerFactory loggerFactory)
    {
        ILogger logger = loggerFactory.CreateLogger<StationDatabase>();
        TimeSpan pause = s_firstPause;
        while (true)
        {
            try
            {
                StationDatabase database = await StationDatabase.OpenAsync(options, clock, loggerFactory, _end.Token).ConfigureAwait(false);
                if (_away.Task.IsCompleted)
                {
                    StorageLog.OpenedLate(logger, database.Name);
                }

                return database;
            }
            catch (EventException exception) when (exception.IsTransient)
            {
                if (_away.TrySetResult())
                {
                    StorageLog.NotOpen(logger, exception.Message);
                }

                await Watchdog.PauseAsync(pause, _end.Token).ConfigureAwait(false);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
        }
    }
}
