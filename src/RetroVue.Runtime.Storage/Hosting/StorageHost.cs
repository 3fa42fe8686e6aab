using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Tables;

namespace RetroVue.Runtime.Storage.Hosting;

/// <summary>Runs what a station does with its database: makes its tables from its events, and deletes what is old.</summary>
internal sealed class StorageHost(
    DatabaseOpening opening, RetentionPeriods retention, IClock clock, ILoggerFactory loggerFactory, IMeterFactory? meterFactory) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _end = new();
    private readonly ILogger _logger = loggerFactory.CreateLogger<StationDatabase>();
    private Task _running = Task.CompletedTask;

    /// <summary>Waits for the first attempt to open the database.</summary>
    /// <exception cref="EventException">The database cannot be used.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await opening.Tried.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (opening.Database.IsCompleted)
        {
            await opening.Database.ConfigureAwait(false);
        }

        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the work on the database. The station's last events are in its tables at the next start.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _end.Dispose();

    private async Task RunAsync()
    {
        StationDatabase database = await opening.Database.WaitAsync(_end.Token).ConfigureAwait(false);
        var tables = new StationTables(database, clock, loggerFactory, meterFactory);
        await using (tables.ConfigureAwait(false))
        {
            Instant next = Instant.MinValue;
            while (!_end.IsCancellationRequested)
            {
                // By station time, and looked at often enough for a clock that is stepped.
                if (clock.GetCurrentInstant() >= next)
                {
                    next = clock.GetCurrentInstant() + Duration.FromDays(1);
                    await PurgeAsync(database).ConfigureAwait(false);
                }

                await Watchdog.PauseAsync(s_look, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task PurgeAsync(StationDatabase database)
    {
        try
        {
            await database.PurgeAsync(retention, _end.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_end.IsCancellationRequested)
        {
            StorageLog.NotPurged(_logger, database.Name, exception);
        }
        catch (OperationCanceledException)
        {
            // At the station's end; the rest is deleted at the next start.
        }
    }
}
