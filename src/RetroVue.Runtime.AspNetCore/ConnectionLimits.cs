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
/// Limits the number of connections, and closes idle ones. A request beyond the limit gets an error that says so.
/// </summary>
internal sealed class ConnectionLimits(IOptions<RetroVueOptions> options, ILogger<ConnectionLimits> logger, WebTelemetry telemetry)
    : IStartupFilter, IConfigureOptions<KestrelServerOptions>
{
    private static readonly object s_counted = new();
    private static readonly KestrelServerLimits s_defaults = new();

    private int _connections;
    private int _refused;

    /// <summary>The longest time in which the headers of a request have to arrive.</summary>
    private static TimeSpan HeaderTimeout => TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle; longer than a player waits for the next segment.</summary>
    private static TimeSpan IdleTimeout => TimeSpan.FromSeconds(30);

    /// <summary>Does not change limits that the app itself has set.</summary>
    void IConfigureOptions<KestrelServerOptions>.Configure(KestrelServerOptions kestrel)
    {
        KestrelServerLimits limits = kestrel.Limits;
        limits.RequestHeadersTimeout = limits.RequestHeadersTimeout == s_defaults.RequestHeadersTimeout ? HeaderTimeout : limits.RequestHeadersTimeout;
        limits.KeepAliveTimeout = limits.KeepAliveTimeout == s_defaults.KeepAliveTimeout ? IdleTimeout : limits.KeepAliveTimeout;
        // A few more are accepted, to be told why they are refused. If there are very many, they are closed at once.
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
            $"This station serves at most {limit} connections at a time, and all are in use. Try again later. The operator can raise MaxConnections.");
    }

    /// <summary>Counts a connection from its first request until it is closed; false if it is beyond the limit.</summary>
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
