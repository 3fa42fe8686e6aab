using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using System.Net;
using NodaTime;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Tests;

public sealed class HlsTests
{
    private const string Folder = "/channels/clip/hls/";

    private TestStation _station = null!;

    private ChannelManager Clip => _station.Station.Find("clip")!;

    [SetUp]
    public async Task StartAsync() => _station = await TestStation.StartAsync(TestStation.Channel("clip", "Clip", TestMedia.Clip("hls")));

    [TearDown]
    public async Task StopAsync() => await _station.DisposeAsync();

    /// <summary>Joins the channel and returns the address of the viewer's own playlist.</summary>
    private async Task<string> JoinAsync()
    {
        using HttpResponseMessage response = await _station.Http.GetAsync(Folder + "index.m3u8");
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/vnd.apple.mpegurl"));
        Assert.That(response.Headers.CacheControl?.NoStore, Is.True);
        Assert.That(response.Headers.GetValues("Access-Control-Allow-Origin").Single(), Is.EqualTo("*"));
        string[] lines = (await response.Content.ReadAsStringAsync()).TrimEnd().Split('\n');
        Assert.That(lines[0], Is.EqualTo("#EXTM3U"));
        Assert.That(lines[^2], Does.StartWith("#EXT-X-STREAM-INF:BANDWIDTH=").And.Contains(",RESOLUTION=320x180,FRAME-RATE=25.000"));
        // x264 encodes 320x180 at 25 frames a second as Baseline at level 1.2.
        Assert.That(lines[^2], Does.Contain(",CODECS=\"avc1.42C00C,mp4a.40.2\"").And.Contains(",AVERAGE-BANDWIDTH="));
        Assert.That(lines[^1], Does.Match("^index\\.m3u8\\?session=[0-9a-f]{24}$"));
        return Folder + lines[^1];
    }

    [Test]
    public async Task Viewer_is_led_to_a_playlist_of_its_own_and_gets_the_segments_it_lists()
    {
        using var measured = new Measurements(_station.Services.GetRequiredService<IMeterFactory>());
        string playlist = await JoinAsync();
        string[] lines = (await _station.Http.GetStringAsync(playlist)).TrimEnd().Split('\n');
        Assert.That(lines, Has.Some.StartsWith("#EXT-X-TARGETDURATION:"));
        string segment = lines.Last(line => !line.StartsWith('#'));
        Assert.That(segment, Does.EndWith(playlist[playlist.IndexOf('?', StringComparison.Ordinal)..]));
        using HttpResponseMessage response = await _station.Http.GetAsync(Folder + segment);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("video/mp2t"));
        Assert.That(response.Headers.CacheControl?.ToString(), Does.Contain("private").And.Contains("max-age=3600").And.Contains("immutable"));
        Assert.That(bytes.Length % 188, Is.Zero);
        Assert.That(bytes, Is.Not.Empty);
        Assert.That(Enumerable.Range(0, bytes.Length / 188).Select(packet => bytes[packet * 188]), Is.All.EqualTo(0x47));
        Assert.That(Clip.ViewerCount, Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.web.sent", "channel=clip kind=hls"), Is.EqualTo(bytes.Length));
    }

    [Test]
    public async Task Segment_without_a_session_or_of_another_number_is_not_found()
    {
        string playlist = await JoinAsync();
        string session = playlist[playlist.IndexOf('?', StringComparison.Ordinal)..];
        foreach (string address in new[] { "1.ts", "1.ts?session=", "1.ts?session=0123456789abcdef01234567", "1.ts" + session })
        {
            using HttpResponseMessage response = await _station.Http.GetAsync(Folder + address);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), address);
        }
    }

    [TestCase("")]
    [TestCase("0123456789abcdef01234567")]
    [TestCase("..%2f..%2fetc%2fpasswd")]
    [TestCase("%00%0d%0aX-Evil:%201")]
    public async Task Playlist_of_an_unknown_session_leads_to_a_new_one(string session)
    {
        using HttpResponseMessage response = await _station.Http.GetAsync($"{Folder}index.m3u8?session={session}");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(response.Headers.Location?.ToString(), Does.Match("^index\\.m3u8\\?session=[0-9a-f]{24}$"));
        Assert.That(Clip.ViewerCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Session_is_over_when_nothing_was_asked_for_in_three_target_durations()
    {
        string playlist = await JoinAsync();
        _ = await _station.Http.GetStringAsync(playlist);
        Assert.That(Clip.ViewerCount, Is.EqualTo(1));

        // Sessions end by station time, so the test steps the clock and does not wait.
        _station.Clock.StepForward(Duration.FromSeconds(30));
        await Until.TrueAsync(() => Clip.ViewerCount == 0, "The session does not end.");
        using HttpResponseMessage response = await _station.Http.GetAsync(playlist);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
    }

    [Test]
    public async Task Head_of_a_playlist_makes_nobody_a_viewer()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, Folder + "index.m3u8");
        using HttpResponseMessage response = await _station.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Clip.ViewerCount, Is.Zero);
    }
}
