using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Storage;

/// <summary>Adds a station's database to an app's services.</summary>
public static class StorageServices
{
    /// <summary>
    /// Adds a <see cref="StationDatabase"/>, also as <see cref="IEventStore"/>, which lives as long as the app. It is opened when it is first asked
    /// for, and that call throws <see cref="EventException"/> if the database cannot be used. Its clock is the services' <see cref="IClock"/>, or else
    /// their <see cref="MasterClock"/>, which a station adds.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="connection">The database: <see cref="StationDatabaseOptions.Connection"/>.</param>
    public static IServiceCollection AddRetroVueStorage(this IServiceCollection services, string connection)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        return services
            .AddSingleton(provider => Open(provider, new StationDatabaseOptions { Connection = connection }))
            .AddSingleton<IEventStore>(provider => provider.GetRequiredService<StationDatabase>());
    }

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "Services are made synchronously, once, and before there is a context that the work could wait for.")]
    private static StationDatabase Open(IServiceProvider provider, StationDatabaseOptions options) =>
        Task.Run(() => StationDatabase.OpenAsync(
            options,
            provider.GetService<IClock>() ?? provider.GetRequiredService<MasterClock>(),
            provider.GetService<ILoggerFactory>())).GetAwaiter().GetResult();
}
