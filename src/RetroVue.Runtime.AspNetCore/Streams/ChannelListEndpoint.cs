using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>The channels as an extended M3U list, for IPTV clients and players.</summary>
internal static class ChannelListEndpoint
{
    private const string Path = "/channels.m3u";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, (HttpContext context, Station station) =>
    {
        context.Response.Headers.CacheControl = "no-store";
        ChannelRoute.AllowAnyOrigin(context);
        return TypedResults.Text(Write(station.Schedules.Channels, BaseAddress(context.Request)), "audio/x-mpegurl", Encoding.UTF8);
    });

    /// <summary>Writes the list: one channel after the other, each with the absolute address of its stream.</summary>
    /// <param name="channels">The channels.</param>
    /// <param name="baseAddress">The address of the station, without a slash at the end.</param>
    public static string Write(IEnumerable<Channel> channels, string baseAddress)
    {
        var text = new StringBuilder("#EXTM3U\n");
        foreach (Channel channel in channels)
        {
            // This format has no escapes: a quote would end the attribute, and a comma inside it confuses old readers.
            string name = OneLine(channel.Name);
            text.Append("#EXTINF:-1 tvg-id=\"").Append(channel.Id).Append("\" tvg-name=\"").Append(name.Replace('"', '\'').Replace(',', ' '))
                .Append("\",").Append(name).Append('\n')
                .Append(baseAddress).Append("/channels/").Append(channel.ShortName).Append("/live.ts\n");
        }

        return text.ToString();
    }

    private static string OneLine(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (int index = 0; index < source.Length; index++)
        {
            target[index] = char.IsControl(source[index]) || source[index] is '\u2028' or '\u2029' ? ' ' : source[index];
        }
    });

    /// <summary>Returns the station's address as the client used it, including the path at which it is mapped.</summary>
    private static string BaseAddress(HttpRequest request)
    {
        // An address with a slash at its end leads here as well.
        string full = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, request.Path).TrimEnd('/');
        return full[..^Path.Length];
    }
}
