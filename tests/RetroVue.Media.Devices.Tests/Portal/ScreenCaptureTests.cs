using System.Diagnostics;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Devices.Tests.PipeWire;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>Records the stream that a stand-in portal shares: the test picture of a real daemon.</summary>
[NonParallelizable]
public sealed class ScreenCaptureTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    private PipeWireDaemon _daemon = null!;
    private PrivateBus _bus = null!;

    [SetUp]
    public void Start()
    {
        _daemon = PipeWireDaemon.Start();
        _bus = PrivateBus.Start();
    }

    [TearDown]
    public void Stop()
    {
        _bus?.Dispose();
        _daemon?.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive");
    }

    [Test]
    public async Task Pictures_of_the_stream_bear_the_headers_times()
    {
        using StandInPortal portal = Portal();
        using ScreenCast screen = await ScreenCast.StartAsync(new ScreenCastOptions { Bus = _bus.Address });
        Capture capture = await Capture.RunAsync(Source(screen), ClockTime.FromSeconds(1), record => ClockTime.FromNanoseconds(record.pts));
        Assert.That(capture.Taken, Is.Not.Empty);
        Assert.That(capture.Taken.Select(taken => taken.Pts), Is.EqualTo(capture.Expected), "to the nanosecond");
        Assert.That(capture.Statistics.Estimated, Is.Zero);
    }

    [Test]
    public async Task Streams_of_one_session_are_recorded_side_by_side_and_again()
    {
        using StandInPortal portal = Portal();
        using ScreenCast screen = await ScreenCast.StartAsync(new ScreenCastOptions { Bus = _bus.Address });
        for (int i = 0; i < 2; i++)
        {
            Capture capture = await Capture.RunAsync(Source(screen), ClockTime.FromMilliseconds(200));
            Assert.That(capture.Taken, Is.Not.Empty);
        }

        Assert.That(portal.Calls.Count(call => call.Method == "OpenPipeWireRemote"), Is.EqualTo(2));
    }

    [TestCase("session", "no longer shared")]
    [TestCase("portal", "portal is gone")]
    [TestCase("bus", "message bus is gone")]
    [TestCase("daemon", "PipeWire daemon is gone")]
    public async Task Source_fails_soon_when_something_of_it_ends(string what, string text)
    {
        StandInPortal portal = Portal();
        try
        {
            using ScreenCast screen = await ScreenCast.StartAsync(new ScreenCastOptions { Bus = _bus.Address });
            var sink = new CaptureSink(ClockTime.FromMilliseconds(300));
            await using var pipeline = new Pipeline();
            pipeline.Add(Source(screen));
            pipeline.Add(sink);
            pipeline.Link(pipeline.Elements[0], sink);
            Task run = pipeline.RunAsync();
            await Task.WhenAny(run, sink.Enough, Task.Delay(10_000));
            Assert.That(run.IsCompleted, Is.False);

            var watch = Stopwatch.StartNew();
            switch (what)
            {
                case "session":
                    portal.EndSession();
                    break;
                case "portal":
                    portal.Dispose();
                    break;
                case "bus":
                    _bus.Kill();
                    break;
                default:
                    _daemon.Kill();
                    break;
            }

            ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => run.WaitAsync(TimeSpan.FromSeconds(10)));
            await TestContext.Out.WriteLineAsync($"failed after {watch.ElapsedMilliseconds} ms: {failure!.Message}");
            Assert.That(watch.Elapsed, Is.LessThan(s_soon));
            Assert.That(failure.InnerException, Is.TypeOf<DeviceException>());
            Assert.That(failure.Message, Does.Contain(text));
        }
        finally
        {
            if (what != "portal")
            {
                portal.Dispose();
            }
        }
    }

    [Test]
    public async Task Source_of_a_session_that_has_ended_fails_at_once()
    {
        using StandInPortal portal = Portal();
        using ScreenCast screen = await ScreenCast.StartAsync(new ScreenCastOptions { Bus = _bus.Address });
        portal.EndSession();
        await screen.Ended.WaitAsync(s_soon);
        Assert.That((await FailAsync(Source(screen))).Message, Does.Contain("no longer shared"));
    }

    [Test]
    public async Task Source_of_a_node_that_is_not_there_fails_at_once()
    {
        using StandInPortal portal = Portal(node: 4_000_000);
        using ScreenCast screen = await ScreenCast.StartAsync(new ScreenCastOptions { Bus = _bus.Address });
        Assert.That((await FailAsync(Source(screen))).Message, Does.Contain("The shared screen (node 4000000) is gone"));
    }

    [Test]
    public async Task Source_of_a_connection_that_leads_nowhere_fails_at_once()
    {
        using StandInPortal portal = Portal(fault: Fault.RemoteIsDead);
        using ScreenCast screen = await ScreenCast.StartAsync(new ScreenCastOptions { Bus = _bus.Address });
        Assert.That((await FailAsync(Source(screen))).InnerException, Is.TypeOf<DeviceException>());
    }

    [Test]
    public async Task Options_that_contradict_a_screen_are_refused()
    {
        using StandInPortal portal = Portal();
        using ScreenCast screen = await ScreenCast.StartAsync(new ScreenCastOptions { Bus = _bus.Address });
        var options = new PipeWireVideoSourceOptions { Screen = screen.Streams[0] };
        Assert.That(() => new PipeWireVideoSource("screen", options with { Remote = "pipewire-0" }), Throws.ArgumentException);
        Assert.That(() => new PipeWireVideoSource("screen", options with { Target = "test-video" }), Throws.ArgumentException);
        Assert.That(() => new PipeWireVideoSource("screen", options with { Reconnect = true }), Throws.ArgumentException);
    }

    private static async Task<ElementException> FailAsync(PipeWireVideoSource source)
    {
        await using var pipeline = new Pipeline();
        pipeline.Add(source);
        pipeline.Add(new CaptureSink(ClockTime.Zero));
        pipeline.Link(pipeline.Elements[0], pipeline.Elements[1]);
        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => pipeline.StartAsync());
        await TestContext.Out.WriteLineAsync(failure!.Message);
        return failure;
    }

    // There is no session manager, so the source must make the link itself.
    private static PipeWireVideoSource Source(ScreenCast screen) => new("screen", new PipeWireVideoSourceOptions
    {
        Screen = screen.Streams[0], Linking = PipeWireLinking.Direct, Buffers = 16,
    });

    private StandInPortal Portal(uint? node = null, Fault fault = Fault.None) => new StandInPortal(_bus.Address)
    {
        Remote = _daemon.Remote, Nodes = [node ?? TestPicture()], Fault = fault,
    }.Start();

    private unsafe uint TestPicture()
    {
        using PipeWireClient client = PipeWireClient.Connect(_daemon.Remote, "test", ClockTime.FromSeconds(5));
        var nodes = new rv_pw_node[64];
        var capabilities = new rv_pw_capability[256];
        int nodeCount, capabilityCount;
        fixed (rv_pw_node* node = nodes)
        fixed (rv_pw_capability* capability = capabilities)
        {
            Assert.That(
                PipeWireBridge.rv_pw_list(client.Pointer, 5000, node, 64, &nodeCount, capability, 256, &capabilityCount), Is.Zero);
        }

        return nodes.First(node => new string((sbyte*)node.name) == "test-video").id;
    }
}
