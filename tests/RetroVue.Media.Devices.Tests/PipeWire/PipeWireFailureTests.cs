using System.Diagnostics;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>Daemons that do not run, that die, or that have no node of the name.</summary>
[NonParallelizable]
public sealed class PipeWireFailureTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    [TestCase(true)]
    [TestCase(false)]
    public async Task Daemon_that_is_killed_fails_the_pipeline_within_a_second(bool isVideo)
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        var sink = new CaptureSink(ClockTime.FromMilliseconds(500), keep: 3);
        await using var pipeline = new Pipeline();
        pipeline.Add(Source(daemon.Remote, isVideo));
        pipeline.Add(sink);
        pipeline.Link(pipeline.Elements[0], sink);
        Task run = pipeline.RunAsync();
        await Task.WhenAny(run, sink.Enough, Task.Delay(10_000));
        Assert.That(run.IsCompleted, Is.False);

        var watch = Stopwatch.StartNew();
        daemon.Kill();
        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => run);
        await TestContext.Out.WriteLineAsync($"failed {watch.ElapsedMilliseconds} ms after the kill: {failure!.Message}");
        Assert.That(watch.Elapsed, Is.LessThan(s_limit));
        Assert.That(failure.Element, Is.EqualTo("source"));
        Assert.That(failure.InnerException, Is.TypeOf<DeviceException>());
        Assert.That(failure.Message, Does.Contain(daemon.Remote).And.Contain("is gone").And.Contain("systemctl --user start pipewire"));

        // The buffers that the pipeline still holds can still be read.
        Assert.That(sink.Kept, Has.Count.EqualTo(3));
        Assert.That(sink.Kept.Sum(buffer => buffer.Data.ToArray().Length), Is.Positive);
        sink.Release();
    }

    [Test]
    public async Task Source_that_may_reconnect_goes_on_when_the_daemon_is_back()
    {
        string link = Path.Combine(Path.GetTempPath(), $"retrovue-pipewire-{Environment.ProcessId}");
        PipeWireDaemon daemon = PipeWireDaemon.Start();
        var sink = new CaptureSink(ClockTime.MaxValue);
        try
        {
            Directory.CreateSymbolicLink(link, daemon.Folder);
            await using var pipeline = new Pipeline();
            pipeline.Add(new PipeWireVideoSource("source", new PipeWireVideoSourceOptions
            {
                Remote = Path.Combine(link, "pipewire-0"), Target = "test-video", Reconnect = true,
            }));
            pipeline.Add(sink);
            pipeline.Link(pipeline.Elements[0], sink);
            Task run = pipeline.RunAsync();
            await Until.TrueAsync(() => sink.Seen.Count > 10);
            daemon.Kill();
            daemon.Dispose();
            int before = sink.Seen.Count;
            File.Delete(link);
            daemon = PipeWireDaemon.Start();
            Directory.CreateSymbolicLink(link, daemon.Folder);
            await Until.TrueAsync(() => sink.Seen.Count > before + 10);
            await pipeline.StopAsync();
            await run;
            Assert.That(sink.Formats, Has.Count.EqualTo(2), "announced anew");
            Assert.That(sink.Seen.Skip(before - 5).Any(seen => seen.Flags.HasFlag(BufferFlags.Discontinuity)));
            Assert.That(sink.Seen.Zip(sink.Seen.Skip(1)).All(pair => pair.Second.Pts > pair.First.Pts));
        }
        finally
        {
            File.Delete(link);
            daemon.Dispose();
        }
    }

    [Test]
    public async Task Node_that_stands_still_is_told_of_without_a_hole()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        var sink = new CaptureSink(ClockTime.MaxValue);
        await using var pipeline = new Pipeline();
        pipeline.UseClock(SystemClock.Instance);
        pipeline.Add(Source(daemon.Remote, isVideo: true));
        pipeline.Add(sink);
        pipeline.Link(pipeline.Elements[0], sink);
        Task run = pipeline.RunAsync();
        await Until.TrueAsync(() => sink.Seen.Count > 10);
        int told = sink.Gaps.Count;
        daemon.Suspend();
        await Until.TrueAsync(() => sink.Gaps.Count > told + 3);
        // After a daemon was stopped by a signal, its own source does not always go on.
        daemon.Resume();
        await pipeline.StopAsync();
        await run;
        Gap[] gaps = [.. sink.Gaps.Skip(told)];
        (ClockTime pts, ClockTime duration, _, _) = sink.Seen.Last(seen => seen.Pts < gaps[0].Pts);
        Assert.That(gaps[0].Pts, Is.EqualTo(pts + duration), "from the last picture on");
        Assert.That(gaps.Take(4).Skip(1).Zip(gaps, (next, one) => next.Pts - one.Pts - one.Duration), Is.All.EqualTo(ClockTime.Zero), "without a hole");
    }

    [Test]
    public async Task Source_whose_next_picture_is_seconds_away_ends_at_once_when_told_to()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        var sink = new CaptureSink(ClockTime.MaxValue);
        await using var pipeline = new Pipeline();
        pipeline.Add(new PipeWireVideoSource("source", new PipeWireVideoSourceOptions
        {
            Remote = daemon.Remote, Target = "test-video", FrameRate = new Rational(1, 4),
        }));
        pipeline.Add(sink);
        pipeline.Link(pipeline.Elements[0], sink);
        Task run = pipeline.RunAsync();
        await Until.TrueAsync(() => sink.Seen.Count > 0);
        var watch = Stopwatch.StartNew();
        pipeline.End();
        await Task.WhenAny(run, Task.Delay(10_000));
        Assert.That(run.IsCompletedSuccessfully);
        Assert.That(watch.Elapsed, Is.LessThan(s_limit));
    }

    [Test]
    public async Task Source_without_a_daemon_fails_at_once_and_says_what_to_do()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        string nowhere = Path.Combine(daemon.Folder, "nowhere");
        await using var pipeline = new Pipeline();
        pipeline.Add(Source(nowhere, isVideo: true));
        pipeline.Add(new CaptureSink(ClockTime.Zero));
        pipeline.Link(pipeline.Elements[0], pipeline.Elements[1]);
        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => pipeline.StartAsync());
        Assert.That(failure!.Message, Does.Contain($"There is no PipeWire daemon at '{nowhere}'").And.Contain("Start it"));
        Assert.That(PipeWireDevices.List(nowhere), Is.Empty);
    }

    [Test]
    public async Task Source_of_a_node_that_is_not_there_fails_at_once_and_names_it()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        await using var pipeline = new Pipeline();
        pipeline.Add(new PipeWireVideoSource("source", new PipeWireVideoSourceOptions { Remote = daemon.Remote, Target = "no-such-node" }));
        pipeline.Add(new CaptureSink(ClockTime.Zero));
        pipeline.Link(pipeline.Elements[0], pipeline.Elements[1]);
        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => pipeline.StartAsync());
        Assert.That(failure!.Message, Does.Contain("no node 'no-such-node'"));
    }

    [Test]
    public async Task Source_that_nobody_can_please_fails_and_names_the_node()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        await using var pipeline = new Pipeline();
        pipeline.Add(new PipeWireVideoSource("source", new PipeWireVideoSourceOptions
        {
            Remote = daemon.Remote, Target = "test-video", PixelFormats = [Formats.PixelFormat.Gray8], OpenLimit = ClockTime.FromSeconds(1),
        }));
        pipeline.Add(new CaptureSink(ClockTime.Zero));
        pipeline.Link(pipeline.Elements[0], pipeline.Elements[1]);
        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => pipeline.StartAsync());
        await TestContext.Out.WriteLineAsync(failure!.Message);
        Assert.That(failure.InnerException, Is.TypeOf<DeviceException>());
        Assert.That(failure.Message, Does.Contain("test-video"));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Assert.That(() => new PipeWireVideoSource("s", new PipeWireVideoSourceOptions { Buffers = 3 }), Throws.ArgumentException);
        Assert.That(() => new PipeWireVideoSource("s", new PipeWireVideoSourceOptions { Width = 640 }), Throws.ArgumentException);
        Assert.That(
            () => new PipeWireVideoSource("s", new PipeWireVideoSourceOptions { PixelFormats = [Formats.PixelFormat.Yuv444P] }),
            Throws.ArgumentException);
        Assert.That(() => new PipeWireAudioSource("s", new PipeWireAudioSourceOptions { SampleRate = 0 }), Throws.ArgumentException);
        Assert.That(
            () => new PipeWireAudioSource("s", new PipeWireAudioSourceOptions { SampleFormats = [Formats.SampleFormat.U8] }),
            Throws.ArgumentException);
    }

    private static PipeWireSource Source(string remote, bool isVideo) => isVideo
        ? new PipeWireVideoSource("source", new PipeWireVideoSourceOptions { Remote = remote, Target = "test-video" })
        : new PipeWireAudioSource("source", new PipeWireAudioSourceOptions { Remote = remote, Target = "test-audio" });
}
