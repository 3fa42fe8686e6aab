using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>A channel as HLS (RFC 8216): a playlist for each viewer, with the viewer's session in its address, and the segments.</summary>
/// <remarks>
/// A request without a session gets a multivariant playlist that leads to the viewer's own playlist; players read it once and then request
/// only their own playlist. A session ends if it makes no request for three target durations; its playlist then leads to a new session. If
/// a channel has failed, its sessions go on: the next request starts the channel again, or gets status 503 with the reason if the start
/// fails too.
/// </remarks>
internal static class HlsEndpoints
{
    private const string PlaylistType = "application/vnd.apple.mpegurl";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/channels/{id}/hls/index.m3u8", ServePlaylistAsync);
        routes.MapGet("/channels/{id}/hls/{name}.ts", ServeSegmentAsync);
    }

    private static async Task ServePlaylistAsync(
        HttpContext context,
        string id,
        Station station,
        IHostApplicationLifetime lifetime,
        ILogger<Station> logger,
        IOptions<RetroVueOptions> options,
        string? session = null)
    {
        ChannelRoute.AllowAnyOrigin(context);
        if (station.Find(id) is not { } channel)
        {
            await ChannelRoute.RefuseUnknownAsync(context).ConfigureAwait(false);
            return;
        }

        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            if (session is not null && channel.Touch(session) is { } viewer)
            {
                if (await Joining.TryResumeAsync(channel, viewer, logger, gone.Token).ConfigureAwait(false))
                {
                    await AnswerPlaylistAsync(context, station, channel, viewer, gone.Token).ConfigureAwait(false);
                }
                else
                {
                    await ChannelRoute.RefuseUnavailableAsync(context, channel).ConfigureAwait(false);
                }
            }
            else if (HttpMethods.IsHead(context.Request.Method))
            {
                // A HEAD request does not make a viewer.
                Announce(context, PlaylistType);
            }
            else if (await Joining.TryJoinAsync(channel, Request, context, logger, gone.Token).ConfigureAwait(false) is not { } joined)
            {
                await ChannelRoute.RefuseUnavailableAsync(context, channel).ConfigureAwait(false);
            }
            else if (session is null)
            {
                await WriteTextAsync(context, MultivariantPlaylist.Write(joined.Output, joined.Id)).ConfigureAwait(false);
            }
            else
            {
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Redirect($"index.m3u8?session={joined.Id}");
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The viewer left, or the station is shutting down.
        }

        JoinRequest Request(string client) => HlsJoin.Request(channel, client, options.Value.Hls);
    }

    private static async Task AnswerPlaylistAsync(
        HttpContext context,
        Station station,
        ChannelManager channel,
        ViewerSession viewer,
        CancellationToken gone)
    {
        HlsPlaylist? playlist = await WaitForPlaylistAsync(station, channel, viewer, gone).ConfigureAwait(false);
        channel.Touch(viewer.Id);
        if (playlist is null)
        {
            await ChannelRoute.RefuseUnavailableAsync(context, channel).ConfigureAwait(false);
            return;
        }

        await WriteTextAsync(context, playlist.ToText($"?session={viewer.Id}")).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns the playlist; waits for it if the channel has just gone on the air, or its HLS has just begun. Null if it does not come.
    /// </summary>
    private static async Task<HlsPlaylist?> WaitForPlaylistAsync(Station station, ChannelManager channel, ViewerSession viewer, CancellationToken gone)
    {
        Media.Clocks.IClock clock = station.Clock.AsClock();
        var hls = HlsStream.Of(viewer.Output);
        ClockTime target = viewer.Output.KeyFrameInterval;
        // Three segments are needed. One more may have begun before the request, and the last is listed only when it has been shown.
        ClockTime until = clock.Now + (target * 6);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(gone);
        while (!hls.Begun.IsCompleted && clock.Now < until)
        {
            await Task.WhenAny(hls.Begun, station.Executor.WaitUntilAsync(clock, clock.Now + target, over.Token)).ConfigureAwait(false);
            gone.ThrowIfCancellationRequested();
            // A viewer who waits is not silent. Otherwise the channel would go off the air meanwhile.
            channel.Touch(viewer.Id);
        }

        await over.CancelAsync().ConfigureAwait(false);
        return hls.Segmenter.Playlist;
    }

    private static async Task ServeSegmentAsync(HttpContext context, string id, string name, Station station, string? session = null)
    {
        ChannelRoute.AllowAnyOrigin(context);
        if (station.Find(id) is not { } channel)
        {
            await ChannelRoute.RefuseUnknownAsync(context).ConfigureAwait(false);
            return;
        }

        if (session is null || channel.Touch(session) is not { } viewer)
        {
            await ChannelRoute.RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such session.").ConfigureAwait(false);
            return;
        }

        using HlsSegment? segment = HlsStream.Of(viewer.Output).Segmenter.Open(name);
        if (segment is null)
        {
            await ChannelRoute.RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such segment.").ConfigureAwait(false);
            return;
        }

        // The address contains a session, so only this viewer can use it. It also contains the run, so its content never changes.
        context.Response.ContentType = "video/mp2t";
        context.Response.Headers.CacheControl = "private, max-age=3600, immutable";
        context.Response.ContentLength = segment.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await SendAsync(context, channel.Channel.ShortName, segment).ConfigureAwait(false);
        }
    }

    private static async Task SendAsync(HttpContext context, string channel, HlsSegment segment)
    {
        var body = new ViewerBody(context, channel, "hls");
        try
        {
            for (int part = 0; part < segment.PartCount; part++)
            {
                body.Writer.Write(segment.Part(part));
                await body.FlushAsync(segment.Part(part).Length, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            // The viewer has stopped reading; the session ends by its silence.
        }
    }

    private static void Announce(HttpContext context, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.Headers.CacheControl = "no-store";
    }

    private static Task WriteTextAsync(HttpContext context, string text)
    {
        Announce(context, PlaylistType);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
