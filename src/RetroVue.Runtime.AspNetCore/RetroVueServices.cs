using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>Adds a station to an app's services.</summary>
public static class RetroVueServices
{
    /// <summary>
    /// Adds a <see cref="Station"/> that lives as long as the host: it is loaded when the host starts, before requests are taken, and
    /// goes off the air when the host stops. It limits the server's connections (<see cref="RetroVueOptions.MaxConnections"/>). A
    /// <see cref="MasterClock"/> or <see cref="Executor"/> registered before is used. Each registered <see cref="IProducerFactory"/> makes the
    /// producers of its mode; the last one of a mode counts. Whoever asks the services for a <see cref="TimeProvider"/> has station time, unless
    /// one was registered before.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Says what to air.</param>
    public static IServiceCollection AddRetroVue(this IServiceCollection services, Action<RetroVueOptions> configure)
    {
        services.AddOptions<RetroVueOptions>()
            .Configure(configure)
            .Validate(
                options => options.ScheduleFile is null != options.Channels is null,
                $"RetroVue needs either {nameof(RetroVueOptions.ScheduleFile)} or {nameof(RetroVueOptions.Channels)}.")
            .Validate(options => options.MaxConnections > 0, $"{nameof(RetroVueOptions.MaxConnections)} is above 0.")
            .ValidateOnStart();
        services.TryAddSingleton(provider => MasterClock.FromSystem(logger: provider.GetRequiredService<ILogger<MasterClock>>()));
        services.TryAddSingleton<Executor>(_ => ThreadedExecutor.Default);
        services.TryAddSingleton(provider => provider.GetRequiredService<MasterClock>().AsTimeProvider(provider.GetRequiredService<Executor>()));
        // First, so that one that an app adds for the same mode, before or after, counts.
        services.Insert(0, ServiceDescriptor.Singleton<IProducerFactory, NormalProducerFactory>());
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<ConnectionLimits>());
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<ConnectionLimits>());
        services.AddSingleton<StationHost>();
        services.AddHostedService(provider => provider.GetRequiredService<StationHost>());
        services.AddSingleton(provider => provider.GetRequiredService<StationHost>().Station);
        return services;
    }
}
