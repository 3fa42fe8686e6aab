using Microsoft.AspNetCore.Builder;
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
    public static IEndpointRouteBuilder MapRetroVue(this IEndpointRouteBuilder routes)
    {
        PageEndpoints.Map(routes);
        ChannelListEndpoint.Map(routes);
        LiveEndpoint.Map(routes);
        HlsEndpoints.Map(routes);
        StillEndpoint.Map(routes);
        ApiEndpoints.Map(routes);
        return routes;
    }
}
