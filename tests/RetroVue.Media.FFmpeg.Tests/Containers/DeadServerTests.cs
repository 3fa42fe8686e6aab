using System.Net.Sockets;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// A server is not there, goes away, or hangs. In less than five seconds there is an error that names the server and the remedy.
/// </summary>
[LeakCheck]
public sealed class DeadServerTests
{
    private static readonly ClockTime s_longest = ClockTime.FromSeconds(5);

    [TestCase("tcp://127.0.0.1:{0}", "refused the connection", "Start the server")]
    [TestCase("http://me:secret@127.0.0.1:{0}/live", "refused the connection", "Start the server")]
    [TestCase("srt://127.0.0.1:{0}?passphrase=not-for-others", "cannot be opened", "Check the address")]
    [TestCase("unix:/nowhere/stream.sock", "cannot be opened: No such file or directory", "Check the address")]
    [TestCase("tcp://me:secret@name.invalid:{0}", "the host 'name.invalid', but no address was found", "Check its spelling")]
    [TestCase("gopherplus://127.0.0.1:{0}/x", "without output support for the protocol 'gopherplus'", "set RETROVUE_FFMPEG_DIR to an FFmpeg that has it")]
    [TestCase("mmsh://127.0.0.1:{0}/x", "without output support for the protocol 'mmsh'", "tcp, ")]
    [TestCase("tcp://127.0.0.1:{0} ", "is not a valid URL", "%20")]
    public async Task Server_that_is_not_there_is_named_with_the_remedy(string form, string problem, string remedy)
    {
        string url = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Receiver.FreePort());
        ClockTime start = SystemClock.Instance.Now;
        ElementException error = await ErrorOf(() => LiveSender.SendAsync(url));
        Assert.That(SystemClock.Instance.Now - start, Is.LessThan(s_longest));
        Assert.That(error.Message, Does.Contain(problem).And.Contain(remedy));
        Assert.That(error.ToString(), Does.Not.Contain("secret").And.Not.Contain("not-for-others"), "no secret, also in inner errors");
        Assert.That(((MediaFileException)error.InnerException!).Path, Is.EqualTo(url.Replace("me:secret@", "", StringComparison.Ordinal).Replace("not-for-others", "…", StringComparison.Ordinal)));
    }

    [Test]
    public async Task Server_that_accepts_and_says_nothing_is_given_up()
    {
        // If the URL has a user, HTTP waits for the server's answer before it sends media.
        (Socket listener, int port) = Receiver.Listen();
        using (listener)
        {
            ClockTime start = SystemClock.Instance.Now;
            string message = await MessageOf(() => LiveSender.SendAsync($"http://me:secret@127.0.0.1:{port}/live"));
            Assert.That(SystemClock.Instance.Now - start, Is.LessThan(s_longest));
            Assert.That(message, Does.Contain($"'http://127.0.0.1:{port}/live' did not answer within 4 s").And.Contain("Check that the server runs"));
        }
    }

    [TestCase("tcp://127.0.0.1:{0}")]
    [TestCase("http://127.0.0.1:{0}/live")]
    public async Task Server_that_goes_in_the_middle_ends_the_pipeline(string form)
    {
        (Socket listener, int port) = Receiver.Listen();
        using (listener)
        {
            Pipeline pipeline = LiveSender.Make(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, port), pictures: 10_000);
            await using (pipeline)
            {
                Task run = pipeline.RunAsync();
                using (Socket connection = await listener.AcceptAsync())
                {
                    await connection.ReceiveAsync(new byte[20_000]);
                }

                ClockTime gone = SystemClock.Instance.Now;
                string message = await MessageOf(() => Receiver.Soon(run));
                Assert.That(SystemClock.Instance.Now - gone, Is.LessThan(s_longest));
                Assert.That(message, Does.Contain($"127.0.0.1:{port}").And.Contain("was closed by its server before the stream's end"));
            }
        }
    }

    [Test]
    public async Task Ffmpeg_that_goes_in_the_middle_of_srt_ends_the_pipeline()
    {
        int port = Receiver.FreePort();
        using var listener = new ListeningFFmpeg("gone-srt.ts", "-t", "1", "-i", $"srt://127.0.0.1:{port}?mode=listener");
        Pipeline pipeline = LiveSender.Make($"srt://127.0.0.1:{port}", pictures: 10_000);
        await using (pipeline)
        {
            Task run = pipeline.RunAsync();
            await listener.EndAsync();
            ClockTime gone = SystemClock.Instance.Now;
            string message = await MessageOf(() => Receiver.Soon(run));
            Assert.That(SystemClock.Instance.Now - gone, Is.LessThan(s_longest));
            Assert.That(message, Does.Contain($"'srt://127.0.0.1:{port}'").And.Contain("Check the server and the network to it"));
        }
    }

    [TestCase("tcp://127.0.0.1:{0}")]
    [TestCase("http://127.0.0.1:{0}/live")]
    public async Task Server_that_stops_reading_ends_the_pipeline(string form)
    {
        (Socket listener, int port) = Receiver.Listen();
        listener.ReceiveBufferSize = 16 << 10;
        using (listener)
        {
            // The media comes faster than real time, so the system's buffers for the server are soon full.
            var pipeline = new Pipeline();
            await using (pipeline)
            {
                Copy(pipeline, string.Format(System.Globalization.CultureInfo.InvariantCulture, form, port));
                Task run = pipeline.RunAsync();
                using Socket connection = await listener.AcceptAsync();
                ClockTime start = SystemClock.Instance.Now;
                string message = await MessageOf(() => Receiver.Soon(run));
                // The limit counts from the first write that waits. That write may be a little before this test sees the connection, or
                // later by the time in which the buffers fill.
                Assert.That(SystemClock.Instance.Now - start, Is.InRange(ClockTime.FromMilliseconds(3500), ClockTime.FromSeconds(6)));
                Assert.That(message, Does.Contain($"127.0.0.1:{port}").And.Contain("accepted no data for 4 s"));
            }
        }
    }

    [Test]
    public async Task Stop_does_not_wait_for_a_server_that_hangs()
    {
        (Socket listener, int port) = Receiver.Listen();
        listener.ReceiveBufferSize = 16 << 10;
        using (listener)
        {
            var pipeline = new Pipeline();
            await using (pipeline)
            {
                Copy(pipeline, $"tcp://127.0.0.1:{port}", new FileMuxerOptions { Timeout = ClockTime.FromSeconds(60) });
                Task run = pipeline.RunAsync();
                using Socket connection = await listener.AcceptAsync();
                WaitUntilNothingMoreComes(connection);
                ClockTime start = SystemClock.Instance.Now;
                await pipeline.StopAsync();
                Assert.That(SystemClock.Instance.Now - start, Is.LessThan(s_longest));
                Assert.That(await MessageOf(() => run), Does.Contain("was stopped while its server accepted no data"));
            }
        }
    }

    [Test]
    public async Task Failures_leave_no_socket_behind()
    {
        await RepeatAsync();
        int before = OpenFiles();
        await RepeatAsync();
        // If one socket were left open each time, there would be fifty more. Other tests open and close files too, so the bound is half of
        // that.
        Assert.That(OpenFiles(), Is.LessThan(before + 25));

        static async Task RepeatAsync()
        {
            string url = $"tcp://127.0.0.1:{Receiver.FreePort()}";
            for (int i = 0; i < 50; i++)
            {
                await ErrorOf(() => LiveSender.SendAsync(url));
            }
        }

        static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;
    }

    [Test]
    public async Task Option_that_the_protocol_does_not_have_is_named()
    {
        (Socket listener, int port) = Receiver.Listen();
        using (listener)
        {
            var options = new FileMuxerOptions { ProtocolOptions = new Dictionary<string, string>(StringComparer.Ordinal) { ["methud"] = "PUT" } };
            string message = await MessageOf(() => LiveSender.SendAsync($"tcp://127.0.0.1:{port}", options));
            Assert.That(message, Does.Contain("the protocol 'tcp' has no option methud"));
        }
    }

    private static async Task<string> MessageOf(Func<Task> failing) => (await ErrorOf(failing)).Message;

    private static async Task<ElementException> ErrorOf(Func<Task> failing)
    {
        try
        {
            await failing();
        }
        catch (ElementException error)
        {
            return error;
        }

        throw new AssertionException("The call did not fail.");
    }

    private static void Copy(Pipeline pipeline, string url, FileMuxerOptions? options = null)
    {
        // Ten megabytes, which is more than a system buffers for a connection.
        string file = MadeMedia.Make("noise.ts", "-f lavfi -i testsrc2=s=640x360:r=25,noise=alls=60:allf=t -t 6 -c:v mpeg2video -q:v 2");
        Assert.That(new FileInfo(file).Length, Is.GreaterThan(10_000_000));
        FileDemuxer source = pipeline.Add(new FileDemuxer("source", file));
        source.Open();
        pipeline.Link(source.VideoOutput!, pipeline.Add(new FileMuxer("output", url, options)).AddStream("video"));
    }

    /// <summary>
    /// Waits until no byte has come for half a second, although all bytes are taken at once. This shows that the sender waits.
    /// </summary>
    private static void WaitUntilNothingMoreComes(Socket connection)
    {
        (int seen, ClockTime since) = (0, SystemClock.Instance.Now);
        while (seen == 0 || SystemClock.Instance.Now - since < ClockTime.FromMilliseconds(500))
        {
            if (connection.Available != seen)
            {
                (seen, since) = (connection.Available, SystemClock.Instance.Now);
            }

            Thread.Yield();
        }
    }
}
