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
    /// Maps the page at <c>/</c>, the list of channels, their streams and the JSON API. Nothing among them changes the station.
    /// </summary>
    /// <param name="routes">The app, or a group of its routes: everything the station says of its own addresses stays within it.</param>
    /// <returns>What adds conventions to all of them, such as a policy of CORS or of authorisation.</returns>
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

    /// <summary>HEAD is answered wherever GET is (RFC 9110, 9.3.2); the server leaves the body out.</summary>
    private static void AnswerHead(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods is { } methods
            && methods.Contains(HttpMethods.Get, StringComparer.Ordinal) && !methods.Contains(HttpMethods.Head, StringComparer.Ordinal))
        {
            endpoint.Metadata.Add(new HttpMethodMetadata([.. methods, HttpMethods.Head]));
        }
    }
}
