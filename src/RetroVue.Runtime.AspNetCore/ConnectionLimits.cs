using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetroVue.Runtime.AspNetCore.Streams;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>
/// Keeps connections from piling up: those that ask nothing are closed, and there is a limit to how many there are. Who comes when all are
/// taken is told so.
/// </summary>
internal sealed class ConnectionLimits(IOptions<RetroVueOptions> options, ILogger<ConnectionLimits> logger, WebTelemetry telemetry)
    : IStartupFilter, IConfigureOptions<KestrelServerOptions>
{
    private static readonly object s_counted = new();
    private static readonly KestrelServerLimits s_defaults = new();

    private int _connections;
    private int _refused;

    /// <summary>How long a connection may take to say what it asks for.</summary>
    private static TimeSpan HeaderTimeout => TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may ask nothing; longer than a player waits for the next segment.</summary>
    private static TimeSpan IdleTimeout => TimeSpan.FromSeconds(30);

    /// <summary>What the app itself has set stays.</summary>
    void IConfigureOptions<KestrelServerOptions>.Configure(KestrelServerOptions kestrel)
    {
        KestrelServerLimits limits = kestrel.Limits;
        limits.RequestHeadersTimeout = limits.RequestHeadersTimeout == s_defaults.RequestHeadersTimeout ? HeaderTimeout : limits.RequestHeadersTimeout;
        limits.KeepAliveTimeout = limits.KeepAliveTimeout == s_defaults.KeepAliveTimeout ? IdleTimeout : limits.KeepAliveTimeout;
        // Some more are let in, to be told; those that come in masses are closed at once.
        limits.MaxConcurrentConnections ??= options.Value.MaxConnections + Math.Max(16, options.Value.MaxConnections / 4);
    }

    Action<IApplicationBuilder> IStartupFilter.Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(AdmitAsync);
        next(app);
    };

    private Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (IsAdmitted(context))
        {
            return next(context);
        }

        telemetry.Refused();
        int limit = options.Value.MaxConnections;
        if (Interlocked.Increment(ref _refused) == 1)
        {
            WebLog.ConnectionsTaken(logger, limit);
        }

        context.Response.Headers.Connection = "close";
        context.Response.Headers.RetryAfter = "10";
        return ChannelRoute.RefuseAsync(
            context,
            StatusCodes.Status503ServiceUnavailable,
            $"This station serves {limit} connections at a time and all are taken. Try again in a while; whoever runs it can raise MaxConnections.");
    }

    /// <summary>Counts a connection with its first request, until it is closed.</summary>
    private bool IsAdmitted(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items
            || context.Features.Get<IConnectionLifetimeFeature>() is not { } lifetime
            || items.ContainsKey(s_counted))
        {
            return true;
        }

        if (Interlocked.Increment(ref _connections) > options.Value.MaxConnections)
        {
            Leave();
            return false;
        }

        items[s_counted] = s_counted;
        lifetime.ConnectionClosed.Register(Leave);
        return true;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _connections) < options.Value.MaxConnections)
        {
            Volatile.Write(ref _refused, 0);
        }
    }
}
