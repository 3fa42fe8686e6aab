using System.Net;
using System.Net.Sockets;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// A transport stream is sent live over each protocol. It is received whole, and a player that joins in the middle can play it.
/// </summary>
[LeakCheck]
public sealed class UrlOutputTests
{
    [Test]
    public async Task Tcp_server_has_the_whole_stream()
    {
        (Socket listener, int port) = Receiver.Listen();
        using (listener)
        {
            Task<byte[]> taken = Receiver.TakeAllAsync(listener);
            await LiveSender.SendAsync($"tcp://127.0.0.1:{port}");
            AssertWhole(await Receiver.Soon(taken));
        }
    }

    [Test]
    public async Task Unix_socket_has_the_whole_stream()
    {
        string path = Path.Combine(MediaCorpus.Folder, "stream.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        Task<byte[]> taken = Receiver.TakeAllAsync(listener);
        await LiveSender.SendAsync($"unix:{path}");
        AssertWhole(await Receiver.Soon(taken));
    }

    [Test]
    public async Task Udp_receiver_has_the_whole_stream_in_datagrams_of_whole_packets()
    {
        (Socket socket, int port) = Receiver.TakeDatagrams();
        using (socket)
        {
            await LiveSender.SendAsync($"udp://127.0.0.1:{port}");
            List<byte[]> datagrams = Receiver.TakeWaiting(socket);
            Assert.That(datagrams.Select(datagram => datagram.Length), Is.All.LessThanOrEqualTo(1316));
            Assert.That(datagrams.Select(datagram => datagram.Length % 188), Is.All.Zero);
            AssertWhole([.. datagrams.SelectMany(datagram => datagram)]);
        }
    }

    [Test]
    public async Task Rtp_receiver_has_the_whole_stream_as_payload_of_its_type()
    {
        (Socket socket, int port) = Receiver.TakeDatagrams();
        using (socket)
        {
            await LiveSender.SendAsync($"rtp://127.0.0.1:{port}");
            List<byte[]> datagrams = Receiver.TakeWaiting(socket);
            // The header is that of RFC 3550, 5.1, without extensions. The type is MP2T of RFC 3551, table 5.
            Assert.That(datagrams.Select(datagram => (datagram[0], datagram[1] & 0x7F)), Is.All.EqualTo((0x80, 33)));
            Assert.That(
                datagrams.Zip(datagrams.Skip(1), (one, next) => (ushort)(Number(next) - Number(one))),
                Is.All.EqualTo(1),
                "sequence numbers");
            Assert.That(datagrams[0][8..12], Is.Not.EqualTo(new byte[4]), "a source has a random identifier");
            AssertWhole([.. datagrams.SelectMany(datagram => datagram[12..])]);
        }

        static int Number(byte[] datagram) => (datagram[2] << 8) | datagram[3];
    }

    [TestCase(null, "", "POST")]
    [TestCase("PUT", "me:secret@", "PUT")]
    public async Task Http_server_has_the_whole_stream_by_the_wished_method(string? wished, string user, string method)
    {
        (Socket listener, int port) = Receiver.Listen();
        using (listener)
        {
            Task<(string Head, byte[] Body)> taken = Receiver.TakeHttpAsync(listener, asksWho: user.Length > 0);
            var protocol = new Dictionary<string, string>(StringComparer.Ordinal);
            if (wished is not null)
            {
                protocol["method"] = wished;
            }

            await LiveSender.SendAsync($"http://{user}127.0.0.1:{port}/live/stream", new FileMuxerOptions { ProtocolOptions = protocol });
            (string head, byte[] body) = await Receiver.Soon(taken);
            Assert.That(head, Does.StartWith($"{method} /live/stream HTTP/1.1\r\n").And.Contain("chunked"));
            Assert.That(head.Contains("Authorization: Basic bWU6c2VjcmV0\r\n", StringComparison.Ordinal), Is.EqualTo(user.Length > 0));
            AssertWhole(Unchunked(body));
        }
    }

    [Test]
    public async Task Ffmpeg_that_listens_for_http_has_the_whole_stream()
    {
        int port = Receiver.FreePort();
        using var listener = new ListeningFFmpeg("received-http.ts", "-listen", "1", "-i", $"http://127.0.0.1:{port}/stream");
        listener.WaitForPort(port);
        await LiveSender.SendAsync($"http://127.0.0.1:{port}/stream");
        AssertPlays(await listener.EndAsync());
    }

    [Test]
    public async Task Ffmpeg_that_listens_for_srt_has_the_whole_stream()
    {
        if (!Tool.OutputOf("ffmpeg", "-v quiet -protocols").Contains(" srt\n", StringComparison.Ordinal))
        {
            Assert.Ignore("This ffmpeg was built without SRT.");
        }

        int port = Receiver.FreePort();
        using var listener = new ListeningFFmpeg("received-srt.ts", "-i", $"srt://127.0.0.1:{port}?mode=listener&passphrase=not-for-others");
        await LiveSender.SendAsync($"srt://127.0.0.1:{port}?passphrase=not-for-others");
        AssertPlays(await listener.EndAsync());
    }

    [TestCase("http://me:se@cret@host.example:80/live?token=abc&x=1", "http://host.example:80/live?token=…&x=1")]
    [TestCase("srt://1.2.3.4:9?latency=20&passphrase=0123456789", "srt://1.2.3.4:9?latency=20&passphrase=…")]
    [TestCase("Connection to srt://h:1?passphrase=abc failed: no", "Connection to srt://h:1?passphrase=… failed: no")]
    [TestCase("Opening 'https://me:pw@h/a@b' for writing", "Opening 'https://h/a@b' for writing")]
    [TestCase("Authorization: Basic bWU6c2VjcmV0", "Authorization:…")]
    [TestCase("me@home, http://host/a@b and film@2x.mp4", "me@home, http://host/a@b and film@2x.mp4")]
    public void Secrets_are_left_out_of_what_is_said(string text, string said) => Assert.That(Secrets.Hide(text), Is.EqualTo(said));

    [TestCase("rtp://host:5004", true)]
    [TestCase("unix:/run/stream", true)]
    [TestCase("/videos/a:b.ts", false)]
    [TestCase("clip.ts", false)]
    public void Url_is_known_by_its_protocol(string path, bool isUrl) => Assert.That(FileMuxer.IsUrl(path), Is.EqualTo(isUrl));

    private static void AssertWhole(byte[] received)
    {
        ReceivedStream stream = ReceivedStream.Parse(received);
        Assert.That(stream.Lost, Is.Zero, "packets lost");
        Assert.That(stream.StartsWithKeyFrame, Is.True, "the first picture is a key frame with its parameter sets, after the tables");
        // There is a picture every 40 ms and a packet of sound every 21.3 ms. A clock reference goes with one of them, so none is later
        // than the 100 ms that ISO/IEC 13818-1 (2.7.2) allows. The tables come as FFmpeg's do: 100 ms apart, with the next packet.
        Assert.That(ReceivedStream.LongestStep(stream.References), Is.LessThanOrEqualTo(0.0405), "between clock references");
        Assert.That(ReceivedStream.LongestStep(stream.Tables), Is.LessThanOrEqualTo(0.15), "between tables");
        Assert.That(stream.Leads, Is.All.InRange(0.1, 0.3), "decoding times lie after the clock");
        string file = Path.Combine(MediaCorpus.Folder, $"{TestContext.CurrentContext.Test.ID}.ts");
        File.WriteAllBytes(file, received);
        AssertPlays(file);
    }

    /// <summary>Asserts that ffprobe finds both streams, with two seconds each and even steps.</summary>
    private static void AssertPlays(string file)
    {
        Assert.That(
            Tool.OutputOf("ffprobe", $"-v error -show_entries stream=codec_name -of csv=p=0 {file}").Split('\n', ',').Where(name => name.Length > 0).Distinct(StringComparer.Ordinal),
            Is.EqualTo(new[] { "h264", "aac" }));
        var pictures = ProbedPacket.Read(file, 'v');
        var sound = ProbedPacket.Read(file, 'a');
        Assert.That(pictures, Has.Count.EqualTo(LiveSender.Pictures));
        Assert.That(pictures[0].IsKey, Is.True);
        // A picture lasts 3600 ticks of 90 kHz. A packet of sound has 1024 samples, which are 1920 ticks.
        Assert.That(pictures.Zip(pictures.Skip(1), (one, next) => next.Pts - one.Pts), Is.All.EqualTo(ClockTime.FromMilliseconds(40)));
        Assert.That(sound.Zip(sound.Skip(1), (one, next) => next.PtsTicks - one.PtsTicks), Is.All.EqualTo(1920));
        // A packet of priming comes before the sound, and its last packet is filled up.
        Assert.That(sound, Has.Count.InRange(93, 96));
    }

    private static byte[] Unchunked(ReadOnlySpan<byte> body)
    {
        var all = new MemoryStream();
        while (true)
        {
            int line = body.IndexOf("\r\n"u8);
            int length = int.Parse(body[..line], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return all.ToArray();
            }

            all.Write(body.Slice(line + 2, length));
            body = body[(line + 2 + length + 2)..];
        }
    }
}
