using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>A channel as one endless transport stream: a connection joins, its end leaves.</summary>
/// <remarks>
/// A viewer who reads slowly does not delay the others: only that connection waits. If its next chunk is gone, the connection is closed,
/// because its stream would have a hole. A viewer who reads nothing is disconnected when a write has waited too long
/// (<see cref="ViewerBody"/>).
/// </remarks>
internal static class LiveEndpoint
{
    /// <summary>The maximum number of bytes held for one viewer between two flushes.</summary>
    private const int MostUnflushed = 64 << 10;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/channels/{id}/live.ts", ServeAsync);

    private static async Task ServeAsync(
        HttpContext context,
        string id,
        Station station,
        IHostApplicationLifetime lifetime,
        ILogger<Station> logger)
    {
        if (station.Find(id) is not { } channel)
        {
            await ChannelRoute.RefuseUnknownAsync(context).ConfigureAwait(false);
            return;
        }

        ChannelRoute.AllowAnyOrigin(context);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            Announce(context);
            return;
        }

        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (await Joining.TryJoinAsync(channel, client => new JoinRequest(client), context, logger, gone.Token).ConfigureAwait(false) is not { } session)
        {
            await ChannelRoute.RefuseUnavailableAsync(context, channel).ConfigureAwait(false);
            return;
        }

        try
        {
            Announce(context);
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using ChunkReader reader = session.Output.Stream.Read();
            var body = new ViewerBody(context, channel.Channel.ShortName, "live");
            body.Bound((session.Output.Formats.Video?.BitRate ?? 0) + (session.Output.Formats.Audio?.BitRate ?? 0));
            if (!await SendAsync(reader, body, () => channel.Touch(session.Id), gone.Token).ConfigureAwait(false))
            {
                body.Disconnected("lagged");
                WebLog.Lagged(logger, channel.Channel.ShortName, session.Client);
                context.Abort();
            }
            else if (channel.ProducerHealth == ProducerHealth.Failed)
            {
                // A broken connection makes a player connect again, which starts the channel; a normal end of the stream makes it stop.
                context.Abort();
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The viewer left, or the station is shutting down.
        }
        catch (TimeoutException)
        {
            WebLog.Silent(logger, channel.Channel.ShortName, session.Client, ViewerBody.LongestWrite.TotalSeconds);
        }
        finally
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Announce(HttpContext context)
    {
        context.Response.ContentType = "video/mp2t";
        context.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>
    /// Sends chunks as they come until the channel's output ends; false if the viewer is so late that its next chunk is gone.
    /// </summary>
    private static async Task<bool> SendAsync(ChunkReader reader, ViewerBody body, Action sent, CancellationToken gone)
    {
        int unflushed = 0;
        while (true)
        {
            switch (reader.TryRead(out MediaBuffer? chunk))
            {
                case ChunkReadState.Chunk:
                    body.Writer.Write(chunk!.Data);
                    body.Bound(chunk);
                    unflushed += chunk.Data.Length;
                    chunk.Release();
                    if (unflushed < MostUnflushed)
                    {
                        continue;
                    }

                    break;
                case ChunkReadState.Empty when unflushed == 0:
                    await reader.News.WaitAsync(gone).ConfigureAwait(false);
                    continue;
                case ChunkReadState.Lagged:
                    return false;
                case ChunkReadState.Closed:
                    return true;
            }

            FlushResult flushed = await body.FlushAsync(unflushed, gone).ConfigureAwait(false);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return true;
            }

            sent();
            unflushed = 0;
        }
    }
}
