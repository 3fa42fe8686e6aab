using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>Adds a station to an app's services.</summary>
public static class RetroVueServices
{
    /// <summary>
    /// Adds a <see cref="Station"/> that lives as long as the host. It starts before the app's own services and before requests are accepted, and
    /// goes off the air after those services have stopped, within the host's limit
    /// (<see cref="Microsoft.Extensions.Hosting.HostOptions.ShutdownTimeout"/>). It can be injected into a service at any time; it has its channels
    /// once it has started (<see cref="Station.StartAsync"/>). It limits the server's connections (<see cref="RetroVueOptions.MaxConnections"/>). It
    /// uses a <see cref="MasterClock"/> or <see cref="Executor"/> that was registered before. Each registered <see cref="IProducerFactory"/> makes
    /// the producers of its mode; if a mode has several, the last one is used. It writes what happens into an <see cref="IEventLog"/>, and keeps what
    /// it knows of media files in an <see cref="IMediaCatalogue"/>, if they are registered, as the package RetroVue.Runtime.Storage does. Without a
    /// catalogue, each start opens all files whose formats or durations matter. The services' <see cref="TimeProvider"/> gives station time, unless
    /// another one was registered before. A further call only adds options.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddRetroVue(this IServiceCollection services, Action<RetroVueOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddStation().Configure(configure);
    }

    /// <summary>
    /// Adds a <see cref="Station"/> as <see cref="AddRetroVue(IServiceCollection, Action{RetroVueOptions})"/> does, with the options of a section of
    /// the app's configuration. The keys are the names of the options: "MaxConnections", "Channel:Linger". The form of a duration is "00:00:02" or
    /// "2 s". If a key does not exist or a value cannot be read, the start of the host fails with a message that names it.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="section">The section, such as <c>builder.Configuration.GetSection("RetroVue")</c>.</param>
    public static IServiceCollection AddRetroVue(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        return services.AddStation().AddSingleton<IConfigureOptions<RetroVueOptions>>(new RetroVueSection(section));
    }

    private static IServiceCollection AddStation(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ConnectionLimits)))
        {
            return services;
        }

        services.AddOptions<RetroVueOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<RetroVueOptions>, RetroVueOptionsCheck>();
        services.TryAddSingleton(provider => MasterClock.FromSystem(logger: provider.GetRequiredService<ILogger<MasterClock>>()));
        services.TryAddSingleton<Executor>(_ => ThreadedExecutor.Default);
        services.TryAddSingleton(provider => new MediaLibrary(
            provider.GetService<IMediaCatalogue>(), provider.GetRequiredService<MasterClock>(), provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<MasterClock>().AsTimeProvider(provider.GetRequiredService<Executor>()));
        // At the first place, so that a factory of the app for the same mode is used, no matter if it is added before or after this call.
        services.Insert(0, ServiceDescriptor.Singleton<IProducerFactory, NormalProducerFactory>());
        services.AddMetrics();
        services.AddSingleton<WebTelemetry>();
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<ConnectionLimits>());
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<ConnectionLimits>());
        services.AddSingleton(CreateStation);
        services.AddHostedService<StationHost>();
        return services;
    }

    private static Station CreateStation(IServiceProvider services)
    {
        RetroVueOptions options = services.GetRequiredService<IOptions<RetroVueOptions>>().Value;
        var loader = new StationLoader(
            services.GetRequiredService<MasterClock>(),
            services.GetRequiredService<Executor>(),
            options.Channel,
            services.GetRequiredService<ILoggerFactory>(),
            services.GetServices<IProducerFactory>(),
            services.GetRequiredService<IMeterFactory>(),
            services.GetRequiredService<MediaLibrary>(),
            services.GetService<IEventLog>());
        return loader.Create(() => options.Channels ?? ScheduleFile.Load(options.ScheduleFile!), options.Progress);
    }
}
