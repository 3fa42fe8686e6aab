using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>Sound that is played to a sink is heard at its time. Another pipeline records the sink's monitor and shows that time.</summary>
[NonParallelizable]
public sealed class PipeWireAudioSinkTests
{
    private const int Rate = 48_000;

    private PipeWireDaemon _daemon = null!;

    [SetUp]
    public void StartDaemon() => _daemon = PipeWireDaemon.Start();

    [TearDown]
    public void StopDaemon()
    {
        _daemon?.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive");
    }

    // If a sink drives the graph, its monitor gives the sound to the next cycle. PipeWire does not report that.
    [TestCase("test-sink-graph", 0)]
    [TestCase("test-sink", 1024)]
    [Retry(3)]
    public async Task Sound_is_heard_at_its_running_time_plus_the_latency(string target, int later)
    {
        await using var playing = new Pipeline();
        await using var recording = new Pipeline();
        playing.UseClock(SystemClock.Instance);
        recording.UseClock(SystemClock.Instance);
        var source = new PipeWireAudioSource("monitor", new PipeWireAudioSourceOptions { Remote = _daemon.Remote, Target = target });
        var heard = new CaptureSink(ClockTime.FromSeconds(5), keep: int.MaxValue);
        recording.Add(source);
        recording.Add(heard);
        recording.Link(source, heard);
        TestToneSource tone = playing.Add(Tone(ClockTime.FromSeconds(4)));
        PipeWireAudioSink sink = playing.Add(Sink(target));
        playing.Link(tone, sink);
        await recording.StartAsync();
        await playing.RunAsync();
        await Task.Delay(200);
        await recording.StopAsync();

        var samples = new List<float>();
        foreach (MediaBuffer buffer in heard.Kept)
        {
            ReadOnlySpan<float> data = MemoryMarshal.Cast<byte, float>(buffer.Data);
            for (int i = 0; i < data.Length; i += 2)
            {
                samples.Add(data[i]);
            }
        }

        ClockTime first = recording.BaseTime + heard.Kept.Peek().Pts - ClockTime.FromUnits(later, new Rational(1, Rate));
        heard.Release();
        ClockTime[] beeps =
        [
            .. ToneBeeps.FindOnsets([.. samples], Rate).Select(onset => first + ClockTime.FromUnits(onset, new Rational(1, Rate))),
        ];
        ClockTime[] due = [.. Enumerable.Range(0, 4).Select(i => playing.BaseTime + playing.Latency + ClockTime.FromSeconds(i))];
        PlaybackStatistics statistics = sink.Statistics;
        await TestContext.Out.WriteLineAsync(
            $"{statistics}; off by {string.Join(", ", beeps.Zip(due, (beep, time) => (beep - time).Nanoseconds / 1000))} µs");
        Assert.That(beeps, Has.Length.EqualTo(4));
        Assert.That(statistics.Starved, Is.Zero);

        // Sound is put at its time to the sample. The detection of a beep and the rounding of two time lines may each be off by one more
        // sample.
        Assert.That(beeps.Zip(due, (beep, time) => (beep - time).Nanoseconds), Is.All.Zero.Within(100_000));
    }

    [Test]
    [Retry(3)]
    public async Task Sink_drives_the_pipeline_by_its_clock_without_a_skip()
    {
        await using var pipeline = new Pipeline();
        TestToneSource tone = pipeline.Add(Tone(ClockTime.FromSeconds(4)));
        PipeWireAudioSink sink = pipeline.Add(Sink());
        pipeline.Link(tone, sink);
        Task run = pipeline.RunAsync();
        await Task.Delay(3000);
        Assert.That(pipeline.Clock.Reference, Is.SameAs(sink.ProvideClock()));
        await run;
        PlaybackStatistics statistics = sink.Statistics;
        await TestContext.Out.WriteLineAsync(statistics.ToString());
        Assert.That(statistics.Dropped, Is.Zero);
        Assert.That(statistics.Played - statistics.Silence, Is.EqualTo(4 * Rate));
        Assert.That(statistics.Starved, Is.Zero);
        Assert.That(sink.ProvideClock(), Is.Null);
    }

    [Test]
    public async Task Daemon_that_is_killed_fails_a_pipeline_that_may_not_wait_for_it()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        await using var pipeline = new Pipeline();
        TestToneSource tone = pipeline.Add(Tone(ClockTime.FromSeconds(60)));
        pipeline.Add(new PipeWireAudioSink("sink", new PipeWireAudioSinkOptions
        {
            Remote = daemon.Remote, Target = "test-sink", Reconnect = false,
        }));
        pipeline.Link(tone, pipeline.Elements[1]);
        Task run = pipeline.RunAsync();
        await Task.Delay(500);
        Assert.That(run.IsCompleted, Is.False);
        daemon.Kill();
        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => run.WaitAsync(TimeSpan.FromSeconds(1)));
        Assert.That(failure!.InnerException, Is.TypeOf<DeviceException>());
    }

    [Test]
    public async Task Daemon_that_is_killed_leaves_the_pipeline_running_by_another_clock_and_is_found_again()
    {
        string link = Path.Combine(Path.GetTempPath(), $"retrovue-pipewire-sink-{Environment.ProcessId}");
        PipeWireDaemon daemon = PipeWireDaemon.Start();
        try
        {
            Directory.CreateSymbolicLink(link, daemon.Folder);
            await using var pipeline = new Pipeline();
            TestToneSource tone = pipeline.Add(Tone(ClockTime.FromSeconds(600)));
            PipeWireAudioSink sink = pipeline.Add(new PipeWireAudioSink("sink", new PipeWireAudioSinkOptions
            {
                Remote = Path.Combine(link, "pipewire-0"), Target = "test-sink",
            }));
            pipeline.Link(tone, sink);
            await pipeline.StartAsync();
            using var watch = new StepWatch(pipeline);
            await Until.TrueAsync(() => ReferenceEquals(pipeline.Clock.Reference, sink.ProvideClock()));
            await Task.Delay(500);
            daemon.Kill();
            // The pipeline reads the clock ten times a second.
            await Until.TrueAsync(() => pipeline.Clock.Read().State == ClockState.HoldOver, limit: TimeSpan.FromSeconds(1));
            Assert.That(sink.ProvideClock(), Is.Null);
            daemon.Dispose();
            File.Delete(link);
            // Meanwhile, sound that is due is dropped at its pace, so that the elements before the sink do not stand still.
            long before = sink.Statistics.Dropped;
            ClockTime from = pipeline.RunningTime;
            await Task.Delay(2000);
            long passed = (pipeline.RunningTime - from).ToUnits(new Rational(1, Rate));
            Assert.That(sink.Statistics.Dropped - before, Is.EqualTo(passed).Within(Rate / 10), "as much as time has passed, and a step's delay");

            daemon = PipeWireDaemon.Start();
            Directory.CreateSymbolicLink(link, daemon.Folder);
            await Until.TrueAsync(() => sink.ProvideClock() is { } clock && ReferenceEquals(pipeline.Clock.Reference, clock));
            watch.Dispose();
            long played = sink.Statistics.Played;
            await Until.TrueAsync(() => sink.Statistics.Played > played + (Rate / 2));
            await TestContext.Out.WriteLineAsync($"{sink.Statistics}; worst step {watch.WorstStep} ns in {watch.Looks} looks");
            Assert.That(watch.States, Is.EqualTo(new[] { PipelineState.Running }));
            Assert.That(watch.WorstStep, Is.Zero, "nanoseconds beyond the bracket of the readings");
            Assert.That(sink.Statistics.Interruptions, Is.EqualTo(1));
            Assert.That(KindsOf(pipeline).Where(kind => kind.StartsWith("device-", StringComparison.Ordinal)), Is.EqualTo(new[] { "device-lost", "device-found" }));
            await pipeline.StopAsync();
        }
        finally
        {
            File.Delete(link);
            daemon.Dispose();
        }
    }

    [Test]
    public async Task Daemon_that_hangs_does_not_hold_up_the_pipeline()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        await using var pipeline = new Pipeline();
        TestToneSource tone = pipeline.Add(Tone(ClockTime.FromSeconds(600)));
        PipeWireAudioSink sink = pipeline.Add(new PipeWireAudioSink(
            "sink",
            new PipeWireAudioSinkOptions { Remote = daemon.Remote, Target = "test-sink" }));
        pipeline.Link(tone, sink);
        await pipeline.StartAsync();
        using var watch = new StepWatch(pipeline);
        await Until.TrueAsync(() => ReferenceEquals(pipeline.Clock.Reference, sink.ProvideClock()));
        daemon.Suspend();
        await Until.TrueAsync(() => pipeline.Clock.Read().State == ClockState.HoldOver, limit: TimeSpan.FromSeconds(1));
        // After a second the daemon counts as hanging. From then on, sound that is due is dropped.
        await Until.TrueAsync(() => sink.Statistics.Dropped > Rate, limit: TimeSpan.FromSeconds(5));
        daemon.Resume();
        long played = sink.Statistics.Played;
        await Until.TrueAsync(() => sink.Statistics.Played > played + Rate);
        await Until.TrueAsync(() => pipeline.Clock.Read().State == ClockState.Synchronised);
        watch.Dispose();
        await TestContext.Out.WriteLineAsync($"{sink.Statistics}; worst step {watch.WorstStep} ns in {watch.Looks} looks");
        Assert.That(watch.States, Is.EqualTo(new[] { PipelineState.Running }));
        Assert.That(watch.WorstStep, Is.Zero, "nanoseconds beyond the bracket of the readings");
        await pipeline.StopAsync();
    }

    [Test]
    public async Task Format_that_the_sink_was_not_made_for_is_refused()
    {
        await using var pipeline = new Pipeline();
        TestToneSource tone = pipeline.Add(new TestToneSource("tone"));
        pipeline.Add(Sink());
        pipeline.Link(tone, pipeline.Elements[1]);
        LinkException? refusal = await Assert.ThrowsAsync<LinkException>(() => pipeline.StartAsync());
        Assert.That(refusal!.Message, Does.Contain("it would accept audio f32 48000 Hz stereo"));
    }

    private static List<string> KindsOf(Pipeline pipeline)
    {
        var kinds = new List<string>();
        while (pipeline.Events.TryRead(out PipelineEvent? happened))
        {
            kinds.Add(happened.Kind);
        }

        return kinds;
    }

    private static TestToneSource Tone(ClockTime duration) =>
        new("tone", new TestToneOptions { SampleFormat = SampleFormat.F32, Duration = duration, IsLive = true });

    private PipeWireAudioSink Sink(string target = "test-sink") =>
        new("sink", new PipeWireAudioSinkOptions { Remote = _daemon.Remote, Target = target });
}
