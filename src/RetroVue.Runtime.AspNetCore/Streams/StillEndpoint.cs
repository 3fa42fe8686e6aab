using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>Answers with a small picture of the item on the air. If there is none, the response has no content.</summary>
internal static class StillEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/channels/{id}/still.jpg", async (HttpContext context, string id, Station station) =>
        {
            ChannelRoute.AllowAnyOrigin(context);
            if (station.Find(id) is not { } channel)
            {
                await ChannelRoute.RefuseUnknownAsync(context).ConfigureAwait(false);
                return Results.Empty;
            }

            context.Response.Headers.CacheControl = "no-store";
            byte[]? picture = await station.StillsOf(channel).GetAsync(context.RequestAborted).ConfigureAwait(false);
            return picture is null ? TypedResults.NoContent() : TypedResults.Bytes(picture, "image/jpeg");
        });
}
