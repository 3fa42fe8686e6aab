using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Devices.Tests.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>A sound card is unplugged after about five seconds and plugged in again after eight.</summary>
public sealed class AlsaReconnectTests
{
    private const int Rate = 48_000;
    private const int Enodev = 19;

    private static readonly AudioFormat s_format = new(SampleFormat.S32, Rate, ChannelLayout.Stereo);
    private static readonly PcmSetup s_setup = new("simulated", s_format, PcmEncoding.S32, 480, 9600);
    private static readonly AlsaOptions s_options = new() { Format = s_format };
    private static readonly ClockTime s_back = ClockTime.FromSeconds(8);

    private readonly List<SimulatedPcm> _cards = [];

    [Test]
    public async Task Sink_whose_card_is_lost_lets_the_pipeline_run_on_and_comes_back_in_time()
    {
        _cards.Clear();
        var executor = new SimulatedExecutor();
        await using var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var source = pipeline.Add(new CounterSource("source", s_format, 60 * Rate));
        AlsaSink sink = pipeline.Add(new AlsaSink("sink", s_options, () => Open(executor.Clock, isCapture: false)));
        pipeline.Link(source, sink);
        executor.RunUntilCompleted(pipeline.StartAsync(), ClockTime.FromSeconds(1));
        var states = new List<ClockState>();
        ClockTime last = pipeline.RunningTime;
        double worst = 0;
        for (int i = 1; i <= 3000; i++)
        {
            executor.RunUntil(ClockTime.FromMilliseconds(10 * i));
            ClockTime running = pipeline.RunningTime;
            worst = Math.Max(worst, Math.Abs((running - last).Nanoseconds - 1e7));
            last = running;
            states.Add(pipeline.Clock.Read().State);
            Assert.That(pipeline.State, Is.EqualTo(PipelineState.Running));
        }

        // The pipeline follows the card from two seconds after its start. When the card is gone, the clock goes on at the card's rate,
        // because there is no other clock. Then it follows the card again.
        Assert.That(states[400], Is.EqualTo(ClockState.Synchronised));
        Assert.That(states[700], Is.EqualTo(ClockState.HoldOver));
        Assert.That(states[^1], Is.EqualTo(ClockState.Synchronised));
        // In 10 ms, the pipeline clock may differ by its 0.1 % of skew. A step would be more.
        Assert.That(worst, Is.LessThan(10_100));
        Assert.That(_cards, Has.Count.EqualTo(2));
        // The samples that were due while the card was gone are left out. Later samples are heard in time, within the 2 ms to which a start
        // is corrected.
        (ClockTime heardAt, List<int> left) = _cards[1].Runs.Single(run => !run.HeardAt.IsNone);
        Assert.That(heardAt, Is.InRange(s_back, s_back + ClockTime.FromMilliseconds(600)));
        int at = left.FindIndex(Rate, number => number > 0);
        ClockTime heard = _cards[1].TimeOf(_cards[1].FrameAt(heardAt) + at);
        ClockTime due = pipeline.BaseTime + source.PtsOf(left[at] - 1) + pipeline.Latency;
        Assert.That((pipeline.Clock.At(heard) - due).Nanoseconds, Is.EqualTo(0).Within(2.2e6));
        Assert.That(sink.Statistics.Dropped, Is.GreaterThan(2 * Rate));
        executor.RunUntilCompleted(pipeline.StopAsync(), ClockTime.FromSeconds(31));
    }

    [Test]
    public async Task Sink_whose_card_is_lost_hands_the_clock_to_the_source_and_takes_it_back()
    {
        _cards.Clear();
        var executor = new SimulatedExecutor();
        await using var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var numbers = pipeline.Add(new CounterSource("numbers", s_format, 60 * Rate));
        AlsaSink sink = pipeline.Add(new AlsaSink("sink", s_options, () => Open(executor.Clock, isCapture: false)));
        var microphone = new SimulatedPcm(executor.Clock, s_setup, isCapture: true, -80);
        AlsaSource source = pipeline.Add(new AlsaSource("source", s_options, () => microphone));
        pipeline.Link(numbers, sink);
        pipeline.Link(source, pipeline.Add(new CollectingSink("recording")));
        executor.RunUntilCompleted(pipeline.StartAsync(), ClockTime.FromSeconds(1));
        var references = new List<(ClockTime At, object Reference)>();
        ClockTime last = pipeline.RunningTime;
        double worst = 0;
        for (int i = 1; i <= 40_000; i++)
        {
            executor.RunUntil(ClockTime.FromMilliseconds(i));
            worst = Math.Max(worst, Math.Abs((pipeline.RunningTime - last).Nanoseconds - 1e6));
            last = pipeline.RunningTime;
            Assert.That(pipeline.State, Is.EqualTo(PipelineState.Running));
            IClock reference = pipeline.Clock.Reference;
            object by = ReferenceEquals(reference, sink.ProvideClock()) ? sink
                : ReferenceEquals(reference, source.ProvideClock()) ? source : reference;
            if (references.Count == 0 || references[^1].Reference != by)
            {
                references.Add((executor.Clock.Now, by));
            }
        }

        // The source begins at once, and the sink when its first sample is due, 100 ms later. Both have begun before the first two seconds
        // are over. When the sink is lost, the source is followed within the same millisecond: no clock without a provider comes between
        // them.
        object[] names = [.. references.Select(entry => entry.Reference).SkipWhile(by => by is not Element)];
        Assert.That(names, Is.EqualTo(new object[] { sink, source, sink }));
        ClockTime back = references.FindLast(entry => entry.Reference == sink).At;
        Assert.That(back, Is.InRange(s_back + ClockTime.FromSeconds(2), s_back + ClockTime.FromSeconds(3)));
        // In 1 ms, the pipeline clock may differ by its 0.1 % of skew. A step would be more.
        Assert.That(worst, Is.LessThan(1_010));
        // After it has followed the card for half a minute, the clock runs as the card does, 50 ppm fast.
        Assert.That(pipeline.Clock.Rate, Is.EqualTo(1 + 50e-6).Within(5e-6));
        executor.RunUntilCompleted(pipeline.StopAsync(), ClockTime.FromSeconds(41));
    }

    [Test]
    public async Task Source_whose_card_is_lost_goes_on_with_a_discontinuity_and_true_times()
    {
        _cards.Clear();
        var executor = new SimulatedExecutor();
        await using var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        pipeline.UseClock(executor.Clock);
        AlsaSource source = pipeline.Add(new AlsaSource("source", s_options with { Reconnect = true }, () => Open(executor.Clock, isCapture: true)));
        var jumps = new List<ClockTime>();
        ClockTime end = ClockTime.None;
        ClockTime hole = ClockTime.None;
        double worst = 0;
        pipeline.Link(source, pipeline.Add(new CollectingSink("sink", buffer =>
        {
            ClockTime truth = _cards[^1].TimeOf(MemoryMarshal.Cast<byte, int>(buffer.Data)[0]);
            worst = Math.Max(worst, Math.Abs((buffer.Pts + pipeline.BaseTime - truth).Nanoseconds));
            if ((buffer.Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity)
            {
                jumps.Add(buffer.Pts);
                hole = buffer.Pts - end;
            }

            end = buffer.End;
        })));
        executor.RunUntilCompleted(pipeline.StartAsync(), ClockTime.FromSeconds(1));
        executor.RunUntil(ClockTime.FromSeconds(20));
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Running));
        Assert.That(jumps, Has.Count.EqualTo(1));
        Assert.That(jumps[0], Is.InRange(s_back, s_back + ClockTime.FromMilliseconds(600)));
        // A frame is 21 µs. The card tells its count exactly, so the tolerance is a frame and a half.
        Assert.That(worst, Is.LessThan(30_000));
        // The hole is from the last frame of the first card to the first frame of the second. The cards differ by 50 ppm of three seconds,
        // which is some frames.
        Assert.That(hole, Is.GreaterThan(ClockTime.FromSeconds(2)));
        Assert.That(source.Statistics.Lost, Is.EqualTo(hole.ToUnits(new Rational(1, Rate))).Within(12));
        executor.RunUntilCompleted(pipeline.StopAsync(), ClockTime.FromSeconds(21));
    }

    [Test]
    public async Task Source_whose_card_is_lost_says_that_there_is_nothing_as_long_as_it_is()
    {
        _cards.Clear();
        var executor = new SimulatedExecutor();
        await using var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        pipeline.UseClock(executor.Clock);
        AlsaSource source = pipeline.Add(new AlsaSource("source", s_options with { Reconnect = true }, () => Open(executor.Clock, isCapture: true)));
        ClockTime end = ClockTime.None;
        ClockTime returned = ClockTime.None;
        var sink = pipeline.Add(new CollectingSink("sink", buffer =>
        {
            returned = (buffer.Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity ? buffer.Pts : returned;
            end = returned.IsNone ? buffer.End : end;
        }));
        pipeline.Link(source, sink);
        executor.RunUntilCompleted(pipeline.StartAsync(), ClockTime.FromSeconds(1));
        executor.RunUntil(ClockTime.FromSeconds(20));
        Gap[] gaps = [.. sink.Events.OfType<Gap>()];
        Assert.That(gaps, Has.Length.GreaterThan(3));
        Assert.That(gaps[0].Pts, Is.EqualTo(end), "the gap begins at the end of the last frame");
        Assert.That(gaps.Skip(1).Zip(gaps, (next, one) => next.Pts - one.Pts - one.Duration), Is.All.EqualTo(ClockTime.Zero), "without holes");
        Assert.That(gaps[^1].Pts + gaps[^1].Duration, Is.InRange(returned - ClockTime.FromSeconds(2), returned));
        executor.RunUntilCompleted(pipeline.StopAsync(), ClockTime.FromSeconds(21));
    }

    private IPcm Open(ControllableClock clock, bool isCapture)
    {
        if (_cards.Count > 0 && clock.Now < s_back)
        {
            throw new DeviceException("simulated", "It is not there.", Enodev);
        }

        var card = new SimulatedPcm(clock, s_setup, isCapture, 50);
        _cards.Add(card);
        // The fault begins after about five seconds. A source reads once in a period; a sink asks for the status a little more often.
        (string call, int from) = isCapture ? ("Read", 500) : ("GetStatus", 700);
        return _cards.Count == 1 ? new FaultyPcm(card, call, Enodev, from, times: int.MaxValue) : card;
    }
}
