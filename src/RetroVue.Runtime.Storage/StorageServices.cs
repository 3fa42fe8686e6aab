using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;
using RetroVue.Runtime.Storage.Hosting;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Storage;

/// <summary>Adds a station's database to an app's services.</summary>
public static class StorageServices
{
    /// <summary>
    /// Adds a <see cref="StationDatabase"/> that lives as long as the host: the station then writes what happens into its log of events
    /// (<see cref="IEventLog"/>), through a spool on the disk, and keeps its catalogue there (<see
    /// cref="IMediaCatalogue"/>). If the database cannot
    /// be used, the host does not start: the message says why. If it is only away, the host starts without it, and the database is opened as soon
    /// as it answers. Nothing on the air waits for it.
    /// </summary>
    /// <remarks>
    /// The clock is the services' <see cref="IClock"/>, or else their <see cref="MasterClock"/>, which a station adds. A service that asks for
    /// <see cref="StationDatabase"/> or <see cref="IEventStore"/> waits until the database is open; one that asks for <see cref="IEventLog"/> does
    /// not.
    /// </remarks>
    /// <param name="services">The app's services.</param>
    /// <param name="connection">The database: <see cref="StationDatabaseOptions.Connection"/>.</param>
    /// <param name="configure">Sets the other options; null for the defaults.</param>
    public static IServiceCollection AddRetroVueStorage(this IServiceCollection services, string connection, Action<StorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        var options = new StorageOptions { Connection = connection, SpoolFolder = Databases.SpoolBeside(connection) };
        configure?.Invoke(options);
        return services
            .AddSingleton(provider => new DatabaseOpening(new StationDatabaseOptions { Connection = options.Connection }, ClockOf(provider), LoggersOf(provider)))
            .AddSingleton(provider => Wait(provider.GetRequiredService<DatabaseOpening>()))
            .AddSingleton<IEventStore>(provider => provider.GetRequiredService<StationDatabase>())
            .AddSingleton<IMediaCatalogue>(provider => new OpeningCatalogue(provider.GetRequiredService<DatabaseOpening>()))
            .AddSingleton(provider => Spooled(
                new OpeningEventLog(provider.GetRequiredService<DatabaseOpening>(), LoggersOf(provider)), options.SpoolFolder, LoggersOf(provider), provider.GetService<IMeterFactory>()))
            .AddSingleton<IHostedService>(provider => new StorageHost(
                provider.GetRequiredService<DatabaseOpening>(), options.Retention, ClockOf(provider), LoggersOf(provider), provider.GetService<IMeterFactory>()));
    }

    private static IEventLog Spooled(IEventLog log, string? folder, ILoggerFactory loggerFactory, IMeterFactory? meterFactory)
    {
        try
        {
            return folder is null ? log : new SpooledEventLog(log, new EventSpoolOptions { Folder = folder }, loggerFactory, meterFactory);
        }
        catch (EventException exception) when (exception.IsTransient)
        {
            // Two stations may share a data folder; the second one can go on without a spool.
            StorageLog.SpoolTaken(loggerFactory.CreateLogger<StationDatabase>(), exception.Message);
            return log;
        }
    }

    private static IClock ClockOf(IServiceProvider provider) => provider.GetService<IClock>() ?? provider.GetRequiredService<MasterClock>();

    private static ILoggerFactory LoggersOf(IServiceProvider provider) => provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "Services are made synchronously, once, and before there is a context that the work could wait for.")]
    private static StationDatabase Wait(DatabaseOpening opening) => opening.Database.GetAwaiter().GetResult();
}
