using System.Net;
using System.Text.Json;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>A channel fails while it is watched. The health endpoint tells why, and viewers get the channel again.</summary>
public sealed class FailedChannelTests
{
    private TestStation _station = null!;

    private ChannelManager Clip => _station.Station.Find("clip")!;

    [SetUp]
    public async Task StartAsync() => _station = await TestStation.StartAsync(
        MasterClock.FromSystem(),
        // The pause is long, so that the test can look at the failed channel.
        options => options.Channel = options.Channel with { RecoveryPause = ClockTime.FromSeconds(30) },
        TestStation.Channel("clip", "Clip", TestMedia.Clip("failed")));

    [TearDown]
    public async Task StopAsync() => await _station.DisposeAsync();

    [Test]
    public async Task Viewer_of_segments_stays_the_health_says_why_and_the_next_request_starts_the_channel_again()
    {
        string playlist = await JoinAsync();
        Clip.Output!.Failed!(new InvalidOperationException("The encoder is out of paper."));
        await Until.TrueAsync(() => Clip.Output is null, "The channel does not go off the air.");
        JsonElement health = await GetJsonAsync("/health");
        Assert.That(health.GetProperty("status").GetString(), Is.EqualTo("failed"));
        JsonElement problem = health.GetProperty("problems").EnumerateArray().Single();
        Assert.That(problem.GetProperty("channel").GetString(), Is.EqualTo("clip"));
        Assert.That(problem.GetProperty("reason").GetString(), Is.EqualTo("The encoder is out of paper."));
        JsonElement channel = (await GetJsonAsync("/api/channels")).EnumerateArray().Single();
        Assert.That(channel.GetProperty("viewerCount").GetInt32(), Is.EqualTo(1));
        Assert.That(channel.GetProperty("producerStatus").GetString(), Is.EqualTo("error"));
        Assert.That(channel.GetProperty("producerHealth").GetString(), Is.EqualTo("failed"));
        Assert.That(channel.GetProperty("healthReason").GetString(), Is.EqualTo("The encoder is out of paper."));

        using HttpResponseMessage again = await _station.Http.GetAsync(playlist);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        health = await GetJsonAsync("/health");
        Assert.That(health.GetProperty("status").GetString(), Is.EqualTo("healthy"), health.ToString());
        Assert.That(Clip.ViewerCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Viewer_of_the_live_stream_finds_the_connection_broken_and_connects_again()
    {
        using HttpResponseMessage response = await OpenAsync();
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[188]);
        Clip.Output!.Failed!(new InvalidOperationException("The encoder is out of paper."));
        // If the response ended normally, a player would play it to its end and not connect again. So the connection must break.
        Assert.That(async () => await stream.CopyToAsync(Stream.Null), Throws.InstanceOf<IOException>());
        using HttpResponseMessage again = await OpenAsync();
        await using Stream second = await again.Content.ReadAsStreamAsync();
        await second.ReadExactlyAsync(new byte[188]);
        Assert.That((await GetJsonAsync("/health")).GetProperty("status").GetString(), Is.EqualTo("healthy"));
    }

    private Task<HttpResponseMessage> OpenAsync() =>
        _station.Http.GetAsync("/channels/clip/live.ts", HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Joins the channel and returns the address of the viewer's own playlist.</summary>
    private async Task<string> JoinAsync()
    {
        string list = await _station.Http.GetStringAsync("/channels/clip/hls/index.m3u8");
        return "/channels/clip/hls/" + list.TrimEnd().Split('\n')[^1];
    }

    private async Task<JsonElement> GetJsonAsync(string address)
    {
        using var document = JsonDocument.Parse(await _station.Http.GetStringAsync(address));
        return document.RootElement.Clone();
    }
}
