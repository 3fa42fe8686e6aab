using Microsoft.AspNetCore.Http;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>Common parts of the addresses below /channels/{id}. An id is only compared with the existing ids.</summary>
internal static class ChannelRoute
{
    /// <summary>Allows pages of other origins to play the stream.</summary>
    public static void AllowAnyOrigin(HttpContext context) => context.Response.Headers.AccessControlAllowOrigin = "*";

    /// <summary>Answers that there is no such channel.</summary>
    public static Task RefuseUnknownAsync(HttpContext context) =>
        RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such channel.");

    /// <summary>Answers that the channel cannot be watched at the moment.</summary>
    public static Task RefuseUnavailableAsync(HttpContext context, ChannelManager channel)
    {
        context.Response.Headers.RetryAfter = "2";
        string reason = channel.HealthReason is { } problem ? $" {problem}" : string.Empty;
        return RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, $"The channel cannot be put on the air at the moment.{reason}");
    }

    /// <summary>Answers with a status and one line of text.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
