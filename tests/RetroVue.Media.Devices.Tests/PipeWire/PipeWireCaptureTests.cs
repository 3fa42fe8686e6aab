using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>Records from a real daemon's test sources, while the garbage collector works all the time.</summary>
/// <remarks>
/// A virtual machine may be stopped for longer than a frame. The daemon itself then loses frames, for any recorder. So a test that counts
/// frames may try again. Each test has its own daemon, because Debian 12's video test source (0.3.65) has a fault: when one of its links
/// has gone, it sometimes ends the daemon or gives no more pictures.
/// </remarks>
[NonParallelizable]
public sealed class PipeWireCaptureTests
{
    // A source's first numbers include some frames that it made before the link was complete.
    private static readonly ClockTime s_underWay = ClockTime.FromMilliseconds(500);

    private PipeWireDaemon _daemon = null!;

    [SetUp]
    public void StartDaemon() => _daemon = PipeWireDaemon.Start();

    [TearDown]
    public void StopDaemon()
    {
        _daemon?.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive");
    }

    [TestCase(25, 5)]
    [TestCase(30, 5)]
    [TestCase(60, 5)]
    [TestCase(25, 60, Category = "Soak")]
    [TestCase(30, 60, Category = "Soak")]
    [TestCase(60, 60, Category = "Soak")]
    [Retry(3)]
    public async Task Pictures_bear_the_headers_times_without_a_gap_while_the_collector_works(int rate, int seconds)
    {
        ClockTime length = s_underWay + ClockTime.FromSeconds(seconds);
        Capture capture;
        using (var stress = new CollectionStress())
        {
            capture = await Capture.RunAsync(Video(rate), length, record => ClockTime.FromNanoseconds(record.pts));
            Assert.That(stress.Collections, Is.GreaterThan(50));
        }

        Assert.That(capture.Sink.Formats, Has.Count.EqualTo(1));
        var format = (VideoFormat)capture.Sink.Formats[0];
        Assert.That((format.Width, format.Height, format.FrameRate), Is.EqualTo((320, 240, new Rational(rate, 1))));
        Assert.That(capture.Taken.Select(taken => taken.Pts), Is.EqualTo(capture.Expected), "to the nanosecond");
        AssertIncreasing(capture);
        (rv_pw_record Record, ClockTime Pts)[] steady = [.. capture.Taken.Where(taken => taken.Pts >= s_underWay)];
        Assert.That(
            steady.Select(taken => taken.Record.seq),
            Is.EqualTo(Enumerable.Range(0, steady.Length).Select(i => steady[0].Record.seq + (ulong)i)),
            "no number is left out");

        // The number of frames that begin within so many seconds. There may be one more or less, depending on where the window begins.
        int frames = steady.Count(taken => taken.Pts < steady[0].Pts + ClockTime.FromSeconds(seconds));
        Assert.That(frames, Is.EqualTo(rate * seconds).Within(1));
        Assert.That(capture.Statistics.Estimated, Is.Zero);
        Assert.That(capture.Copied, Is.Zero, "no picture is copied");
        Assert.That(capture.Counters.dropped, Is.Zero);
        await TestContext.Out.WriteLineAsync($"{rate} fps: {capture.Statistics}");
    }

    [TestCase(5)]
    [TestCase(60, Category = "Soak")]
    [Retry(3)]
    public async Task Sound_bears_the_graphs_times_without_a_gap_while_the_collector_works(int seconds)
    {
        ClockTime length = s_underWay + ClockTime.FromSeconds(seconds);
        Capture capture;
        using (var stress = new CollectionStress())
        {
            capture = await Capture.RunAsync(Sound("test-audio"), length, GraphTime);
            Assert.That(stress.Collections, Is.GreaterThan(50));
        }

        Assert.That(capture.Sink.Formats, Is.EqualTo(new[] { new AudioFormat(SampleFormat.F32, 48_000, ChannelLayout.Stereo) }));
        Assert.That(capture.Taken.Select(taken => taken.Pts), Is.EqualTo(capture.Expected), "to the nanosecond");
        AssertIncreasing(capture);
        Assert.That(capture.Statistics.Lost, Is.Zero);
        Assert.That(capture.Statistics.Estimated, Is.Zero);
        var steady = capture.Sink.Seen.Where(seen => seen.Pts >= s_underWay).ToList();
        ClockTime end = steady[0].Pts + ClockTime.FromSeconds(seconds);
        long samples = steady.Where(seen => seen.Pts < end).Sum(seen => seen.Duration.ToUnits(new Rational(1, 48_000)));
        long cycle = steady[0].Duration.ToUnits(new Rational(1, 48_000));
        Assert.That(samples, Is.EqualTo(48_000L * seconds).Within(cycle));

        // Each buffer begins where the one before it ended. The graph's times are whole nanoseconds.
        for (int i = 1; i < steady.Count; i++)
        {
            Assert.That((steady[i].Pts - steady[i - 1].Pts - steady[i - 1].Duration).Nanoseconds, Is.Zero.Within(1000));
        }

        await TestContext.Out.WriteLineAsync($"48 kHz, {cycle} a cycle: {capture.Statistics}");
    }

    [Test]
    public async Task Sound_of_a_sinks_monitor_is_recorded()
    {
        Capture capture = await Capture.RunAsync(Sound("test-sink"), ClockTime.FromSeconds(1), GraphTime);
        Assert.That(capture.Taken.Select(taken => taken.Pts), Is.EqualTo(capture.Expected));
        AssertIncreasing(capture);
        Assert.That(capture.Sink.Seen, Has.Count.GreaterThan(30));
    }

    [Test]
    public async Task Pictures_that_the_graph_drives_have_headers_too()
    {
        var options = new PipeWireVideoSourceOptions { Remote = _daemon.Remote, Target = "test-video-graph" };
        var source = new PipeWireVideoSource("camera", options);
        Capture capture = await Capture.RunAsync(source, ClockTime.FromSeconds(1), record => ClockTime.FromNanoseconds(record.pts));
        Assert.That(capture.Taken.Select(taken => taken.Pts), Is.EqualTo(capture.Expected));
        AssertIncreasing(capture);
    }

    [TestCase(PixelFormat.Rgb24, 3)]
    [TestCase(PixelFormat.Uyvy422, 2)]
    public async Task Format_and_size_asked_for_are_had(PixelFormat format, int bytes)
    {
        var options = new PipeWireVideoSourceOptions
        {
            Remote = _daemon.Remote, Target = "test-video", PixelFormats = [format], Width = 400, Height = 300,
        };
        Capture capture = await Capture.RunAsync(new PipeWireVideoSource("camera", options), ClockTime.FromMilliseconds(300), keep: 1);
        MediaMemory memory = capture.Sink.Kept.Peek().Memory;
        Assert.That(capture.Sink.Formats.Cast<VideoFormat>().Single().PixelFormat, Is.EqualTo(format));
        Assert.That((memory.PlaneCount, memory.Stride(0), memory.Plane(0).Length), Is.EqualTo((1, 400 * bytes, 400 * bytes * 300)));
        Assert.That(memory.Plane(0).IndexOfAnyExcept((byte)0), Is.Not.Negative, "a picture, not nothing");
        MediaMemory copy = memory.Clone();
        Assert.That(copy.Plane(0).SequenceEqual(memory.Plane(0)));
        copy.Release();
        capture.Sink.Release();
    }

    [Test]
    [Retry(3)]
    public async Task Buffers_that_the_pipeline_keeps_are_copied_and_none_is_lost()
    {
        Capture capture = await Capture.RunAsync(Video(60), ClockTime.FromSeconds(2), keep: 20);
        int held = capture.Sink.Kept.Count;
        capture.Sink.Release();
        Assert.That(held, Is.EqualTo(20));
        Assert.That(capture.Copied, Is.Positive);
        // The test source does not wait for its buffers. After each of them has been overwritten, none has a picture any more.
        Assert.That(capture.Overwritten, Is.InRange(1, 16));
        ulong[] numbers = [.. capture.Taken.Where(taken => taken.Pts >= s_underWay).Select(taken => taken.Record.seq)];
        Assert.That(numbers[^1] - numbers[0], Is.EqualTo((ulong)numbers.Length - 1));
    }

    [Test]
    public async Task Sound_offers_the_graphs_clock_and_the_pipeline_follows_it()
    {
        await using var pipeline = new Pipeline();
        PipeWireAudioSource source = pipeline.Add(Sound("test-audio"));
        CaptureSink sink = pipeline.Add(new CaptureSink(ClockTime.FromSeconds(4)));
        pipeline.Link(source, sink);
        Task run = pipeline.RunAsync();
        await Task.WhenAny(run, sink.Enough, Task.Delay(15_000));
        IClock? clock = source.ProvideClock();
        ClockReading first = clock!.Read();
        await Task.Delay(200);
        ClockReading second = clock.Read();
        Assert.That(pipeline.Clock.Reference, Is.SameAs(clock));
        Assert.That(first.State, Is.EqualTo(ClockState.Synchronised));

        // A timer on CLOCK_MONOTONIC drives the graph of the test. So both clocks run alike, within the error of a cycle's wake-up.
        Assert.That(
            (second.Time - first.Time - second.SystemTime + first.SystemTime).Nanoseconds,
            Is.Zero.Within(ClockTime.FromMilliseconds(1).Nanoseconds));
        for (int i = 1; i < sink.Seen.Count; i++)
        {
            Assert.That(sink.Seen[i].Pts, Is.GreaterThan(sink.Seen[i - 1].Pts));
        }

        await pipeline.StopAsync();
        await run;
        Assert.That(source.ProvideClock(), Is.Null);
        ClockTime last = clock.Now;
        Assert.That(clock.Read().State, Is.EqualTo(ClockState.Failed));
        Assert.That(clock.Now, Is.GreaterThanOrEqualTo(last));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Nothing_is_allocated_for_a_buffer(bool isVideo)
    {
        PipeWireSource source = isVideo ? Video(60) : Sound("test-audio");
        var sink = new CaptureSink(ClockTime.FromSeconds(5));
        await using var pipeline = new Pipeline();
        pipeline.UseClock(SystemClock.Instance);
        pipeline.Add(source);
        pipeline.Add(sink);
        pipeline.Link(source, sink);
        Task run = pipeline.RunAsync();
        await Task.WhenAny(run, sink.Enough, Task.Delay(15_000));
        await pipeline.StopAsync();
        await run;

        // The code is warm after a second. The .NET runtime itself allocates something once in a while. An allocation for each buffer would
        // be in each of the parts.
        long[] allocated = [.. sink.Allocated.Skip(sink.Allocated.Count / 4)];
        Assert.That(allocated, Has.Length.GreaterThan(100));
        int quarter = allocated.Length / 4;
        Assert.That(Enumerable.Range(0, 4).Min(i => allocated[((i + 1) * quarter) - 1] - allocated[i * quarter]), Is.Zero);
    }

    private static ClockTime GraphTime(rv_pw_record record)
    {
        // The time is pw_time: now, less the delay in ticks of the rate, less the samples in the resampler. There is one buffer in a cycle,
        // so nothing is behind it.
        Assert.That((record.pts, record.behind), Is.EqualTo((PipeWireBridge.RV_PW_ABSENT, 0UL)));
        var delay = (Int128)record.time_delay * 1_000_000_000 * record.time_rate.num / record.time_rate.den;
        var held = (Int128)record.time_buffered * 1_000_000_000 / 48_000;
        return ClockTime.FromNanoseconds((long)(record.time_now - delay - held));
    }

    private static void AssertIncreasing(Capture capture)
    {
        Assert.That(capture.Taken, Is.Not.Empty);
        for (int i = 1; i < capture.Taken.Count; i++)
        {
            Assert.That(capture.Taken[i].Pts, Is.GreaterThan(capture.Taken[i - 1].Pts));
        }
    }

    // If the test source gives out a buffer before the link is complete, it never gets that buffer back. So it gets all buffers, and has
    // enough left.
    private PipeWireVideoSource Video(int rate) => new("camera", new PipeWireVideoSourceOptions
    {
        Remote = _daemon.Remote, Target = "test-video", Width = 320, Height = 240, FrameRate = new Rational(rate, 1), Buffers = 16,
    });

    private PipeWireAudioSource Sound(string target) =>
        new("microphone", new PipeWireAudioSourceOptions { Remote = _daemon.Remote, Target = target });
}
