using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>Makes a viewer from an HTTP request.</summary>
internal static class Joining
{
    private const int LongestClient = 200;

    /// <summary>
    /// Joins the channel with a request for this client. Returns null if the channel could not be put on the air, which is logged, or if
    /// the station is shutting down.
    /// </summary>
    public static async Task<ViewerSession?> TryJoinAsync(
        ChannelManager channel,
        Func<string, JoinRequest> request,
        HttpContext context,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        try
        {
            return await channel.JoinAsync(request(Client(context)), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The station is shutting down.
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            WebLog.JoinFailed(logger, channel.Channel.ShortName, exception);
            return null;
        }
    }

    /// <summary>
    /// Puts the channel on the air again for a viewer who returns, if it has failed meanwhile. Returns false if it could not be put on the
    /// air, which is logged, or if the station is shutting down.
    /// </summary>
    public static async Task<bool> TryResumeAsync(ChannelManager channel, ViewerSession viewer, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await channel.ResumeAsync(viewer, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The station is shutting down.
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            WebLog.JoinFailed(logger, channel.Channel.ShortName, exception);
            return false;
        }
    }

    private static string Client(HttpContext context)
    {
        string agent = context.Request.Headers.UserAgent.ToString();
        return $"{context.Connection.RemoteIpAddress} {(agent.Length > LongestClient ? agent[..LongestClient] : agent)}";
    }
}
