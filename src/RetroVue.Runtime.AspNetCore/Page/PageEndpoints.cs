using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace RetroVue.Runtime.AspNetCore.Page;

/// <summary>The page on which people watch the station; its files are in the assembly.</summary>
internal static class PageEndpoints
{
    /// <summary>Allows only the station itself as a source. hls.js uses blobs for the video and for its worker.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self' blob:; "
        + "worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        MapFile(routes, "/", "index.html", "text/html; charset=utf-8");
        MapFile(routes, "/page/station.css", "station.css", "text/css; charset=utf-8");
        MapFile(routes, "/page/icon.svg", "icon.svg", "image/svg+xml");
        foreach (string script in new[] { "clock.js", "player.js", "station.js", "hls.min.js" })
        {
            MapFile(routes, $"/page/{script}", script, "text/javascript; charset=utf-8");
        }
    }

    private static void MapFile(IEndpointRouteBuilder routes, string address, string name, string contentType)
    {
        byte[] content = Read(name);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"");
        routes.MapGet(address, IResult (HttpContext context) =>
        {
            if (address == "/" && WithSlash(context.Request) is { } right)
            {
                return TypedResults.Redirect(right, permanent: false, preserveMethod: true);
            }

            context.Response.Headers.CacheControl = "no-cache";
            context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return TypedResults.Bytes(content, contentType, entityTag: tag);
        });
    }

    /// <summary>
    /// The page's address with the slash at its end that its links need; null if it has one. Relative, for the client may know the station by
    /// another path than the server does.
    /// </summary>
    private static string? WithSlash(HttpRequest request)
    {
        string path = (request.PathBase + request.Path).ToUriComponent();
        return path.Length == 0 || path[^1] == '/' ? null : $"./{path[(path.LastIndexOf('/') + 1)..]}/{request.QueryString.ToUriComponent()}";
    }

    private static byte[] Read(string name)
    {
        using Stream source = Assembly.GetExecutingAssembly().GetManifestResourceStream($"wwwroot/{name}")!;
        byte[] content = new byte[source.Length];
        source.ReadExactly(content);
        return content;
    }
}
