using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime.Text;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>The station in JSON, for programs and for the page.</summary>
internal static class ApiEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/channels", (HttpContext context, Station station) =>
            Fresh(context, TypedResults.Json([.. station.Channels.Select(ChannelStatus.Of)], ApiJson.Default.ChannelStatusArray)));
        routes.MapGet("/api/clock", TellTime);
        routes.MapGet("/health", (HttpContext context, Station station) =>
            Fresh(context, TypedResults.Json(Health(station), ApiJson.Default.HealthStatus)));
        routes.MapGet("/api/{**rest}", () => TypedResults.Problem("There is no resource at this address.", statusCode: StatusCodes.Status404NotFound));
    }

    private static IResult TellTime(HttpContext context, Station station, string? t0 = null)
    {
        IClock clock = station.Clock.AsClock();
        double t1 = Milliseconds(clock.Now);
        double? asked = null;
        if (t0 is not null)
        {
            if (!double.TryParse(t0, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) || !double.IsFinite(parsed))
            {
                return TypedResults.Problem("t0 has to be a number of milliseconds.", statusCode: StatusCodes.Status400BadRequest);
            }

            asked = parsed;
        }

        TimeConsistency compared = station.Clock.CompareCivilTime();
        ClockReading reading = clock.Read();
        return Fresh(context, TypedResults.Json(
            new ClockStatus(
                InstantPattern.ExtendedIso.Format(station.Clock.UtcNow),
                station.Clock.Precision.ToApiName(),
                reading.Uncertainty.Nanoseconds / 1e6,
                reading.State.ToApiName(),
                compared.Difference.TotalMilliseconds,
                station.Executor.Waiter.SystemClock.Name,
                asked,
                t1,
                Milliseconds(clock.Now)),
            ApiJson.Default.ClockStatus));
    }

    private static HealthStatus Health(Station station) => new(
        station.Channels.Any(channel => channel.ProducerHealth == ProducerHealth.Failed) ? "failed"
            : station.Channels.Any(channel => channel.ProducerHealth == ProducerHealth.Degraded) ? "degraded" : "healthy",
        station.Channels.Length,
        station.Channels.Count(channel => channel.Output is not null),
        station.Channels.Sum(channel => channel.ViewerCount),
        station.Channels.Count(channel => channel.IsLoading),
        FilesStatus.Of(station),
        [.. station.Channels.Select(ChannelProblem.Of).OfType<ChannelProblem>()],
        [.. station.Channels.Select(ChannelLosses.Of).OfType<ChannelLosses>()]);

    private static double Milliseconds(ClockTime duration) => duration.Nanoseconds / 1e6;

    private static IResult Fresh(HttpContext context, IResult result)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return result;
    }
}
