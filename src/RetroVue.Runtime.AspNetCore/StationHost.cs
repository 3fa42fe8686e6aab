using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>Owns the station from the host's start to its stop.</summary>
internal sealed class StationHost(
    IOptions<RetroVueOptions> options,
    MasterClock clock,
    Executor executor,
    IEnumerable<IProducerFactory> producers,
    ILoggerFactory loggerFactory) : IHostedService
{
    private Station? _station;

    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public Station Station => _station ?? throw new InvalidOperationException("The station is there once the host has started.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        RetroVueOptions wanted = options.Value;
        IReadOnlyList<ChannelSchedule> channels = wanted.Channels ?? ScheduleFile.Load(wanted.ScheduleFile!);
        var loader = new StationLoader(clock, executor, wanted.Channel, loggerFactory, producers);
        _station = await loader.LoadAsync(channels, wanted.Progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the station off the air, within the host's limit: the token is cancelled then.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_station is null)
        {
            return;
        }

        try
        {
            await _station.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            WebLog.NotEnded(loggerFactory.CreateLogger<StationHost>());
        }
    }
}
