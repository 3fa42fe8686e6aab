using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>
/// Starts the station before all other services of the host, and ends it after all of them have stopped. So the station is running during
/// the life of each of the app's services.
/// </summary>
internal sealed class StationHost(Station station, ILogger<StationHost> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => station.StartAsync(cancellationToken);

    // Again, for a host that does not call the other stages.
    public Task StartAsync(CancellationToken cancellationToken) => station.StartAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes the station off the air, within the host's time limit, at which the token is cancelled.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await station.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            WebLog.NotEnded(logger);
        }
    }
}
