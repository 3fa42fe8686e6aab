using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Tests;

public sealed class LiveTests
{
    private TestStation _station = null!;

    private ChannelManager Clip => _station.Station.Find("clip")!;

    private ChannelManager Heavy => _station.Station.Find("heavy")!;

    [OneTimeSetUp]
    public async Task StartAsync() => _station = await TestStation.StartAsync(
        TestStation.Channel("clip", "Clip", TestMedia.Clip("live")),
        TestStation.Channel("heavy", "Heavy", TestMedia.HeavyClip()));

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _station.DisposeAsync();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private Task<HttpResponseMessage> OpenAsync(string channel) =>
        _station.Http.GetAsync($"/channels/{channel}/live.ts", HttpCompletionOption.ResponseHeadersRead);

    [Test]
    public async Task Live_stream_is_whole_transport_packets_from_the_first_byte_on()
    {
        using var measured = new Measurements(_station.Services.GetRequiredService<IMeterFactory>());
        using HttpResponseMessage response = await OpenAsync(Clip.Channel.Id.ToString());
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("video/mp2t"));
        Assert.That(response.Headers.CacheControl?.NoStore, Is.True);
        byte[] received = new byte[200 * 188];
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(received);
        Assert.That(Enumerable.Range(0, 200).Select(packet => received[packet * 188]), Is.All.EqualTo(0x47));
        // The tables come first (PID 0, ISO/IEC 13818-1 2.4.4.3), so a player can begin with the first packet.
        Assert.That(((received[1] & 0x1F) << 8) | received[2], Is.Zero);
        Assert.That(measured.Sum("retrovue.web.sent", "channel=clip kind=live"), Is.GreaterThanOrEqualTo(received.Length));
        Assert.That(Clip.ViewerCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Head_of_a_live_stream_makes_nobody_a_viewer()
    {
        await Until.TrueAsync(() => Clip.ViewerCount == 0, "Somebody still watches.");
        using var request = new HttpRequestMessage(HttpMethod.Head, "/channels/clip/live.ts");
        using HttpResponseMessage response = await _station.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("video/mp2t"));
        Assert.That(Clip.ViewerCount, Is.Zero);
        Assert.That(Clip.Output, Is.Null);
    }

    [Test]
    public async Task Hundred_viewers_come_and_go_and_none_is_left()
    {
        for (int count = 0; count < 100; count++)
        {
            using HttpResponseMessage response = await OpenAsync("clip");
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[188]);
        }

        await Until.TrueAsync(() => Clip.ViewerCount == 0, "A viewer is left behind.");
        await Until.TrueAsync(() => Clip.Output is null, "The channel stays on the air without viewers.");
    }

    [Test]
    public async Task Viewer_who_does_not_read_is_disconnected_and_holds_up_nobody()
    {
        using var slow = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(IPAddress.Loopback, _station.Http.BaseAddress!.Port);
        await slow.SendAsync(Encoding.ASCII.GetBytes("GET /channels/heavy/live.ts HTTP/1.1\r\nHost: localhost\r\n\r\n"));

        // This is more than the sockets' buffers and the channel's chunks together, so the slow viewer has lost some of it.
        const int Much = 40_000_000;
        using HttpResponseMessage response = await OpenAsync("heavy");
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[65_536];
        for (long received = 0; received < Much;)
        {
            int count = await stream.ReadAsync(buffer);
            Assert.That(count, Is.GreaterThan(0), "The viewer who reads was cut off.");
            received += count;
        }

        Assert.That(await ReadToEndAsync(slow), Is.LessThan(Much));
        await Until.TrueAsync(() => Heavy.ViewerCount == 1, "Only the viewer who reads should be left.");
    }

    private static async Task<long> ReadToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[65_536];
        long received = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer) is > 0 and var count)
            {
                received += count;
            }
        }
        catch (SocketException)
        {
            // Reset: that is an end too.
        }

        return received;
    }
}
