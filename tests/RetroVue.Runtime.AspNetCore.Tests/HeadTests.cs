using System.Net;
using Microsoft.AspNetCore.Routing;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>HEAD is answered as GET is at every address, but has none of the effects of GET.</summary>
public sealed class HeadTests
{
    private TestStation _station = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _station = await TestStation.StartAsync(TestStation.Channel("clip", "Clip", TestMedia.Clip("head")));

    [OneTimeTearDown]
    public async Task StopAsync() => await _station.DisposeAsync();

    [Test]
    public void Every_endpoint_that_answers_GET_answers_HEAD()
    {
        (string? Address, IReadOnlyList<string> Methods)[] answered =
        [
            .. _station.Endpoints.Select(endpoint => (endpoint.RoutePattern.RawText, endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])),
        ];
        Assert.That(answered.Count(one => one.Methods.Contains("GET", StringComparer.Ordinal)), Is.GreaterThan(10), "endpoints");
        Assert.That(answered.Where(one => one.Methods.Contains("GET", StringComparer.Ordinal) && !one.Methods.Contains("HEAD", StringComparer.Ordinal)).Select(one => one.Address), Is.Empty);
    }

    [TestCase("/")]
    [TestCase("/channels.m3u")]
    [TestCase("/api/channels")]
    [TestCase("/api/clock")]
    [TestCase("/api/nothing")]
    [TestCase("/health")]
    [TestCase("/page/station.js")]
    [TestCase("/channels/clip/still.jpg")]
    [TestCase("/channels/nothing/still.jpg")]
    [TestCase("/channels/nothing/live.ts")]
    [TestCase("/channels/clip/hls/0.ts")]
    public async Task Head_has_the_status_and_type_of_get_and_no_body(string address)
    {
        using HttpResponseMessage got = await _station.Http.GetAsync(address);
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        using HttpResponseMessage head = await _station.Http.SendAsync(request);
        Assert.That(head.StatusCode, Is.EqualTo(got.StatusCode));
        Assert.That(head.Content.Headers.ContentType, Is.EqualTo(got.Content.Headers.ContentType));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [TestCase("/channels/clip/live.ts", "video/mp2t")]
    [TestCase("/channels/clip/hls/index.m3u8", "application/vnd.apple.mpegurl")]
    public async Task Head_of_a_stream_starts_no_channel(string address, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        using HttpResponseMessage head = await _station.Http.SendAsync(request);
        Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(head.Content.Headers.ContentType?.MediaType, Is.EqualTo(type));
        Assert.That(_station.Station.Find("clip")!.Output, Is.Null);
    }
}
