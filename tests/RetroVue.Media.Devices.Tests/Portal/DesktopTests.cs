using System.Diagnostics;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Devices.Tests.PipeWire;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>
/// Records the screen of a real desktop, which tests/lab/screen-headless starts: xdg-desktop-portal, a compositor, PipeWire and its
/// session manager.
/// </summary>
[NonParallelizable]
public sealed class DesktopTests
{
    // The top of the bar at the lower end of the screen, and the bar's colour, as the script sets them.
    private const int BarLine = 600;
    private static readonly (byte R, byte G, byte B) s_bar = (0x20, 0x50, 0xC0);

    // The screen changes every 40 ms. Now and then the compositor is late by a picture.
    private static readonly ClockTime s_frame = ClockTime.FromMilliseconds(40);

    private PipeWireDaemon _desktop = null!;

    private static bool IsDebian12 =>
        File.ReadAllLines("/etc/os-release").Intersect(["ID=debian", "VERSION_ID=\"12\""], StringComparer.Ordinal).Count() == 2;

    [SetUp]
    public void StartDesktop() => _desktop = PipeWireDaemon.StartDesktop();

    [TearDown]
    public void StopDesktop()
    {
        _desktop?.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive");
    }

    [Test]
    public async Task Probe_tells_what_the_portal_shares() =>
        Assert.That(await ScreenCast.ProbeAsync(_desktop.Bus), Has.Property(nameof(ScreenCastCapabilities.Kinds)).EqualTo(ScreenCastKinds.Monitor));

    [Test]
    [Retry(3)]
    public async Task Screen_is_recorded_for_five_seconds_at_the_times_when_it_was_shown()
    {
        using ScreenCast screen = await StartAsync();
        Assert.That(screen.Streams.Single().Size, Is.EqualTo(((int, int)?)(1280, 720)));
        Capture capture = await Capture.RunAsync(Source(screen), ClockTime.FromSeconds(5), record => ClockTime.FromNanoseconds(record.pts), keep: 1);
        var format = (VideoFormat)capture.Sink.Formats.Single();
        Assert.That((format.Width, format.Height, format.FrameRate), Is.EqualTo((1280, 720, new Rational(0, 1))), "its rate varies");
        Assert.That(capture.Taken.Select(taken => taken.Pts), Is.EqualTo(capture.Expected), "the compositor's times, to the nanosecond");
        Assert.That(capture.Statistics.Estimated, Is.Zero);

        // The times are of CLOCK_MONOTONIC. A picture is shown before it is copied. It comes within a tenth of a second, which a busy
        // machine needs.
        long[] ways = [.. capture.Taken.Select(taken => taken.Record.arrival - taken.Record.pts)];
        Assert.That(ways, Has.All.InRange(0, 100_000_000));
        for (int i = 1; i < capture.Taken.Count; i++)
        {
            Assert.That(capture.Taken[i].Pts, Is.GreaterThan(capture.Taken[i - 1].Pts));
        }

        // The recording is as long as it took: the pictures of so many seconds span as many seconds, within a frame at each end.
        ClockTime span = capture.Taken[^1].Pts - capture.Taken[0].Pts;
        ClockTime took = ClockTime.FromNanoseconds(capture.Taken[^1].Record.arrival - capture.Taken[0].Record.arrival);
        Assert.That((span - took).Nanoseconds, Is.Zero.Within(s_frame.Nanoseconds));
        Assert.That(span.Nanoseconds, Is.EqualTo(5_000_000_000).Within(3 * s_frame.Nanoseconds), "the first and the last may be a frame late");
        Assert.That(capture.Taken, Has.Count.GreaterThan(50), "pictures come as the screen changes, 25 times a second at most");
        AssertShowsBar(capture.Sink.Kept.Peek().Memory, format);
        capture.Sink.Release();
        await TestContext.Out.WriteLineAsync(
            $"{capture.Taken.Count} pictures in {span}, on their way for {ways.Min() / 1000} to {ways.Max() / 1000} µs: {capture.Statistics}");
    }

    [Test]
    public async Task Pictures_come_no_more_often_than_asked_for()
    {
        using ScreenCast screen = await StartAsync();
        Capture capture = await Capture.RunAsync(Source(screen, new Rational(5, 1)), ClockTime.FromSeconds(2));
        // The limit holds for a second, and not for the step from one picture to the next.
        Assert.That(capture.Taken, Has.Count.InRange(3, 15));
    }

    [Test]
    public async Task Restore_token_starts_the_same_again()
    {
        string? token = null;
        for (int i = 0; i < 2; i++)
        {
            using ScreenCast screen = await StartAsync(token);
            Assert.That(screen.RestoreToken, Is.Not.Null.And.Not.Empty);
            token = screen.RestoreToken;
            Capture capture = await Capture.RunAsync(Source(screen), ClockTime.FromMilliseconds(200));
            Assert.That(capture.Taken, Is.Not.Empty);
        }
    }

    [Test]
    public async Task Screen_that_changes_its_size_goes_on_in_the_new_one()
    {
        using ScreenCast screen = await StartAsync();
        var sink = new CaptureSink(ClockTime.MaxValue);
        await using var pipeline = new Pipeline();
        Task run = await RecordAsync(pipeline, screen, sink);
        string socket = Directory.GetFiles(Path.Combine(_desktop.Folder, "sway"), "sway-ipc.*").Single();
        using (var message = Process.Start("swaymsg", ["-q", "-s", socket, "output HEADLESS-1 resolution 800x600"]))
        {
            await message.WaitForExitAsync();
        }

        await Until.TrueAsync(() => sink.Formats.Count > 1);
        int before = sink.Seen.Count;
        await Until.TrueAsync(() => sink.Seen.Count > before + 5);
        await pipeline.StopAsync();
        await run;
        // The portal may agree on the new size more than once.
        Assert.That(
            sink.Formats.Cast<VideoFormat>().Select(format => (format.Width, format.Height)).Distinct(),
            Is.EqualTo(new[] { (1280, 720), (800, 600) }));
        Assert.That(sink.Seen.Zip(sink.Seen.Skip(1)).All(pair => pair.Second.Pts > pair.First.Pts));
    }

    [Test]
    public async Task Source_fails_when_what_shares_the_screen_ends()
    {
        using ScreenCast screen = await StartAsync();
        var sink = new CaptureSink(ClockTime.MaxValue);
        await using var pipeline = new Pipeline();
        Task run = await RecordAsync(pipeline, screen, sink);
        using (Process backend = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(Path.Combine(_desktop.Folder, "backend.pid")), null)))
        {
            backend.Kill();
        }

        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => run.WaitAsync(TimeSpan.FromSeconds(5)));
        await TestContext.Out.WriteLineAsync(failure!.Message);
        Assert.That(failure.InnerException, Is.TypeOf<DeviceException>());
    }

    /// <summary>Starts a recording and waits until it is under way.</summary>
    private static async Task<Task> RecordAsync(Pipeline pipeline, ScreenCast screen, CaptureSink sink)
    {
        pipeline.Link(pipeline.Add(Source(screen)), pipeline.Add(sink));
        Task run = pipeline.RunAsync();
        await Until.TrueAsync(() => sink.Seen.Count > 5);
        return run;
    }

    private static PipeWireVideoSource Source(ScreenCast screen, Rational rate = default) =>
        new("screen", new PipeWireVideoSourceOptions { Screen = screen.Streams[0], FrameRate = rate });

    private static void AssertShowsBar(MediaMemory memory, VideoFormat format)
    {
        ReadOnlySpan<byte> pixel = memory.Plane(0)[((memory.Stride(0) * BarLine) + (format.Width / 2 * 4))..];
        (byte, byte, byte) color = format.PixelFormat == PixelFormat.Bgra ? (pixel[2], pixel[1], pixel[0]) : (pixel[0], pixel[1], pixel[2]);
        Assert.That(color, Is.EqualTo(s_bar));
    }

    private async Task<ScreenCast> StartAsync(string? token = null)
    {
        try
        {
            return await ScreenCast.StartAsync(new ScreenCastOptions
            {
                Bus = _desktop.Bus, Persistence = ScreenCastPersistence.UntilRevoked, RestoreToken = token,
            });
        }
        catch (DeviceException failure) when (!IsDebian12)
        {
            // Another release of xdg-desktop-portal-wlr may need a graphics card.
            Assert.Ignore($"The desktop without a graphics card shares no screen here: {failure.Message}");
            throw;
        }
    }
}
