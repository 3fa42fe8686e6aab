using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RetroVue.Runtime.AspNetCore.Api;
using RetroVue.Runtime.AspNetCore.Page;
using RetroVue.Runtime.AspNetCore.Streams;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>Maps a station's addresses into an app.</summary>
public static class RetroVueEndpoints
{
    /// <summary>
    /// Maps the page at <c>/</c>, the list of channels, their streams and the JSON API. All of them only read the station.
    /// </summary>
    /// <param name="routes">The app, or a group of its routes. All addresses that the station gives out are inside the group.</param>
    /// <returns>A builder that adds conventions to all endpoints, such as a policy for CORS or authorisation.</returns>
    public static IEndpointConventionBuilder MapRetroVue(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder all = routes.MapGroup("");
        ((IEndpointConventionBuilder)all).Add(AnswerHead);
        PageEndpoints.Map(all);
        ChannelListEndpoint.Map(all);
        LiveEndpoint.Map(all);
        HlsEndpoints.Map(all);
        StillEndpoint.Map(all);
        ApiEndpoints.Map(all);
        return all;
    }

    /// <summary>Answers HEAD wherever GET is answered (RFC 9110, 9.3.2); the server omits the body.</summary>
    private static void AnswerHead(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods is { } methods
            && methods.Contains(HttpMethods.Get, StringComparer.Ordinal) && !methods.Contains(HttpMethods.Head, StringComparer.Ordinal))
        {
            endpoint.Metadata.Add(new HttpMethodMetadata([.. methods, HttpMethods.Head]));
        }
    }
}
