using Microsoft.Extensions.Logging;
using Npgsql;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>Listens to the notifications of other processes, on a connection of its own, which it opens again if it breaks.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="database">The database.</param>
/// <param name="logger">Is told of failures.</param>
/// <param name="self">The sender whose notifications are ignored.</param>
/// <param name="changed">Is called after each notification, and after each connection.</param>
internal sealed class OutboxListener(PostgresDatabase database, ILogger logger, string self, Action changed) : IAsyncDisposable
{
    /// <summary>A connection that was silent for so long is asked whether it still works.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private Task? _running;
    private volatile bool _isListening;

    /// <summary>True while notifications arrive, as far as is known.</summary>
    public bool IsListening => _isListening;

    /// <summary>Begins to listen; a further call changes nothing.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _running ??= _end.IsCancellationRequested ? Task.CompletedTask : Task.Run(RunAsync);
        }
    }

    /// <summary>Ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        Task? running;
        lock (_lock)
        {
            running = _running;
        }

        await (running ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        TimeSpan pause = s_firstPause;
        bool isReported = false;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                NpgsqlConnection connection = await database.OpenOwnAsync(_end.Token).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    connection.Notification += Notified;
                    await ExecuteAsync(connection, $"LISTEN {Outbox.Channel}").ConfigureAwait(false);
                    _isListening = true;
                    if (isReported)
                    {
                        StorageLog.Listening(logger, database.Name);
                        isReported = false;
                    }

                    pause = s_firstPause;
                    changed();
                    try
                    {
                        await ListenAsync(connection).ConfigureAwait(false);
                    }
                    finally
                    {
                        connection.Notification -= Notified;
                    }
                }
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
            }
            catch (Exception exception)
            {
                _isListening = false;
                changed();
                if (!isReported)
                {
                    StorageLog.NotListening(logger, database.Name, database.Explain("Listening has ended", exception).Message);
                    isReported = true;
                }

                await Watchdog.PauseAsync(pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
        }
    }

    private void Notified(object sender, NpgsqlNotificationEventArgs notification)
    {
        if (notification.Payload != self)
        {
            changed();
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection)
    {
        while (true)
        {
            if (!await connection.WaitAsync(s_silence, _end.Token).ConfigureAwait(false))
            {
                await ExecuteAsync(connection, "SELECT 1").ConfigureAwait(false);
            }
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        NpgsqlCommand command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = sql;
            command.CommandTimeout = 5;
            await command.ExecuteNonQueryAsync(_end.Token).ConfigureAwait(false);
        }
    }
}
