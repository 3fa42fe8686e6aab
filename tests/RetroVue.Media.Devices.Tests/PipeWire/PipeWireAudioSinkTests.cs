using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>What is played to a sink is heard at its time: its monitor, recorded by another pipeline, says when.</summary>
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

    // A sink that drives the graph gives its monitor's sound to the next cycle, which PipeWire does not say.
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
        PipeWirePlaybackStatistics statistics = sink.Statistics;
        await TestContext.Out.WriteLineAsync(
            $"{statistics}; off by {string.Join(", ", beeps.Zip(due, (beep, time) => (beep - time).Nanoseconds / 1000))} µs");
        Assert.That(beeps, Has.Length.EqualTo(4));
        Assert.That(statistics.Starved, Is.Zero);

        // Put to its time to the sample; the finder of onsets and the rounding of two time lines each take one more.
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
        PipeWirePlaybackStatistics statistics = sink.Statistics;
        await TestContext.Out.WriteLineAsync(statistics.ToString());
        Assert.That(statistics.Dropped, Is.Zero);
        Assert.That(statistics.Played - statistics.Silence, Is.EqualTo(4 * Rate));
        Assert.That(statistics.Starved, Is.Zero);
        Assert.That(sink.ProvideClock(), Is.Null);
    }

    [Test]
    public async Task Daemon_that_is_killed_fails_the_pipeline()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        await using var pipeline = new Pipeline();
        TestToneSource tone = pipeline.Add(Tone(ClockTime.FromSeconds(60)));
        pipeline.Add(new PipeWireAudioSink("sink", new PipeWireAudioSinkOptions { Remote = daemon.Remote, Target = "test-sink" }));
        pipeline.Link(tone, pipeline.Elements[1]);
        Task run = pipeline.RunAsync();
        await Task.Delay(500);
        Assert.That(run.IsCompleted, Is.False);
        daemon.Kill();
        ElementException? failure = await Assert.ThrowsAsync<ElementException>(() => run.WaitAsync(TimeSpan.FromSeconds(1)));
        Assert.That(failure!.InnerException, Is.TypeOf<DeviceException>());
    }

    [Test]
    public async Task Format_that_the_sink_was_not_made_for_is_refused()
    {
        await using var pipeline = new Pipeline();
        TestToneSource tone = pipeline.Add(new TestToneSource("tone"));
        pipeline.Add(Sink());
        pipeline.Link(tone, pipeline.Elements[1]);
        LinkException? refusal = await Assert.ThrowsAsync<LinkException>(() => pipeline.StartAsync());
        Assert.That(refusal!.Message, Does.Contain("it would take audio f32 48000 Hz stereo"));
    }

    private static TestToneSource Tone(ClockTime duration) =>
        new("tone", new TestToneOptions { SampleFormat = SampleFormat.F32, Duration = duration, IsLive = true });

    private PipeWireAudioSink Sink(string target = "test-sink") =>
        new("sink", new PipeWireAudioSinkOptions { Remote = _daemon.Remote, Target = target });
}
