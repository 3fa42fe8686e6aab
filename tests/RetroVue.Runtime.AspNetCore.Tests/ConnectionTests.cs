using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Time;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>The server closes connections that read nothing or ask nothing, and limits the number of connections.</summary>
[NonParallelizable]
public sealed class ConnectionTests
{
    [Test]
    public async Task Viewer_who_stops_reading_is_evicted_within_ten_seconds_and_others_see_no_hole([Values("clip", "heavy")] string name)
    {
        await using TestStation station = await TestStation.StartAsync(
            TestStation.Channel("clip", "Clip", TestMedia.Clip("evicted")), TestStation.Channel("heavy", "Heavy", TestMedia.HeavyClip()));
        ChannelManager channel = station.Station.Find(name)!;
        using Socket slow = await ConnectAsync(station);
        await AskAsync(slow, $"/channels/{name}/live.ts");
        await ReadAsync(slow, 20_000);
        ViewerSession session = channel.Sessions.Single();
        using var measured = new Measurements(station.Services.GetRequiredService<IMeterFactory>());

        using HttpResponseMessage response = await station.Http.GetAsync($"/channels/{name}/live.ts", HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        var enough = new CancellationTokenSource();
        Task<long> other = CountHolesAsync(stream, enough.Token);

        ClockTime stopped = SystemClock.Instance.Now;
        await Until.TrueAsync(() => channel.ViewerCount == 1, "The viewer who reads nothing is still there.", TimeSpan.FromSeconds(60));
        // The first write blocks when the buffers of the sockets and of the server are full. For the small stream this takes longer: the
        // server's buffer alone is 64 KiB.
        ClockTime took = SystemClock.Instance.Now - stopped;
        await TestContext.Out.WriteLineAsync($"{name}: evicted {took} after it stopped reading");
        Assert.That(took, Is.LessThan(ClockTime.FromSeconds(name == "heavy" ? 12 : 20)));
        Assert.That(session.LastActivity, Is.GreaterThan(session.StartedAt), "each successful write counts as activity");
        Assert.That(channel.Sessions.Single(), Is.Not.SameAs(session));
        await enough.CancelAsync();
        Assert.That(await other, Is.Zero, "holes in the other viewer's stream");
        Assert.That(measured.Sum("retrovue.web.disconnects"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.web.disconnects", $"channel={name} reason=silent") + measured.Sum("retrovue.web.disconnects", $"channel={name} reason=lagged"), Is.EqualTo(1));
    }

    [Test]
    [Category("Slow")]
    public async Task Thousand_connections_that_ask_nothing_are_closed_after_half_a_minute()
    {
        await using TestStation station = await TestStation.StartAsync(TestStation.Empty("first", "First"));
        List<Socket> sockets = [];
        for (int i = 0; i < 1000; i++)
        {
            sockets.Add(await ConnectAsync(station));
            if (i % 2 == 1)
            {
                // This connection sends a header that never ends.
                await sockets[^1].SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: "));
            }
        }

        ClockTime opened = SystemClock.Instance.Now;
        await Task.WhenAll(sockets.Select(ReadToEndAsync));
        ClockTime took = SystemClock.Instance.Now - opened;
        await TestContext.Out.WriteLineAsync($"1,000 connections were closed after {took}");
        // The limit is thirty seconds, and the server looks once a second. The rest is for a busy machine.
        Assert.That(took, Is.LessThan(ClockTime.FromSeconds(45)));
        sockets.ForEach(socket => socket.Dispose());
    }

    [Test]
    public async Task Connection_over_the_limit_is_answered_with_503_and_the_remedy()
    {
        await using TestStation station = await TestStation.StartAsync(
            MasterClock.FromSystem(), options => options.MaxConnections = 3, TestStation.Channel("clip", "Clip", TestMedia.Clip("limit")));
        List<Socket> sockets = [];
        for (int i = 0; i < 3; i++)
        {
            sockets.Add(await ConnectAsync(station));
            await AskAsync(sockets[^1], "/channels/clip/live.ts");
            Assert.That(await ReadAsync(sockets[^1], 12), Does.StartWith("HTTP/1.1 200"));
        }

        using var measured = new Measurements(station.Services.GetRequiredService<IMeterFactory>());
        using (Socket over = await ConnectAsync(station))
        {
            await AskAsync(over, "/health");
            string answer = await ReadToEndAsync(over);
            Assert.That(answer, Does.StartWith("HTTP/1.1 503").And.Contain("Retry-After:").And.Contain("MaxConnections"));
        }

        Assert.That(measured.Sum("retrovue.web.refused"), Is.EqualTo(1));

        sockets[0].Dispose();
        await Until.TrueAsync(() => station.Station.Find("clip")!.ViewerCount == 2, "The first viewer has left.");
        using Socket next = await ConnectAsync(station);
        await AskAsync(next, "/health");
        Assert.That(await ReadAsync(next, 12), Does.StartWith("HTTP/1.1 200"));
        sockets.ForEach(socket => socket.Dispose());
    }

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    private static async Task<Socket> ConnectAsync(TestStation station)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, station.Http.BaseAddress!.Port);
        return socket;
    }

    private static async Task AskAsync(Socket socket, string address) =>
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    private static async Task<string> ReadAsync(Socket socket, int bytes)
    {
        byte[] buffer = new byte[bytes];
        int received = 0;
        while (received < bytes && await socket.ReceiveAsync(buffer.AsMemory(received)) is > 0 and var count)
        {
            received += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, received);
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer) is > 0 and var count)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // A reset ends the connection too.
        }

        return text.ToString();
    }

    /// <summary>
    /// Reads a transport stream until it is cancelled. Returns how often a continuity counter did not follow the one before.
    /// </summary>
    private static async Task<long> CountHolesAsync(Stream stream, CancellationToken enough)
    {
        var last = new Dictionary<int, int>();
        byte[] packet = new byte[188];
        long holes = 0;
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(packet, enough);
                int pid = ((packet[1] & 0x1F) << 8) | packet[2];
                if ((packet[3] & 0x10) != 0)
                {
                    int counter = packet[3] & 0x0F;
                    holes += last.TryGetValue(pid, out int before) && counter != ((before + 1) & 0x0F) ? 1 : 0;
                    last[pid] = counter;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return holes;
        }
    }
}
