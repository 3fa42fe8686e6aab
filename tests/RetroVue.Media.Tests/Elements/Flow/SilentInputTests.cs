using System.Globalization;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Flow;

/// <summary>One live input of a muxer is silent. The other inputs lose nothing because of that.</summary>
public sealed class SilentInputTests
{
    private const int Picture = 40, Sound = 20;

    [Test]
    public void Silence_of_thirty_seconds_costs_the_other_nothing_and_pictures_return_in_their_place()
    {
        var executor = new SimulatedExecutor();
        LiveScript video = Source(executor, "video", Times(Picture, 0, 5_000).Concat(Times(Picture, 35_000, 40_000)));
        LiveScript audio = Source(executor, "audio", Times(Sound, 0, 40_000));
        RecordingMuxer muxer = Run(executor, video, audio);
        AssertComplete(muxer, video, Times(Picture, 0, 5_000).Concat(Times(Picture, 35_000, 40_000)), audio, Times(Sound, 0, 40_000));
        long[] order = [.. muxer.Taken.Select(TimeOf).Where(time => time >= 0)];
        Assert.That(order, Is.Ordered, "the other input is no further than the limit when one returns");
    }

    [Test]
    public void Silent_input_is_waited_for_until_the_limit_and_no_longer()
    {
        var executor = new SimulatedExecutor();
        LiveScript video = Source(executor, "video", [.. Times(Picture, 0, 1_000), 60_000]);
        LiveScript audio = Source(executor, "audio", Times(Sound, 0, 60_000));
        var pipeline = Build(executor, out RecordingMuxer muxer, video, audio);
        muxer.SilenceLimit = ClockTime.FromSeconds(5);
        Task run = pipeline.RunAsync();
        executor.RunFor(Ms(5_900));
        Assert.That(TimeOf(muxer.Taken[^1]), Is.LessThan(1_000), "the picture at 1 s may still come");
        executor.RunFor(Ms(4_100));
        Assert.That(TimeOf(muxer.Taken[^1]), Is.EqualTo(5_000).Within(2 * Sound), "the muxer is behind by its longest wait");
        executor.RunUntilCompleted(run, ClockTime.FromSeconds(100));
        Assert.That(audio.Lost, Is.Zero);
    }

    [TestCase(60)]
    [TestCase(25)]
    [TestCase(5)]
    [TestCase(1)]
    public void Encoder_that_looks_ahead_loses_nothing_and_stays_in_its_place(int rate)
    {
        // This is the most that x264 holds by default: 40 pictures of look-ahead, 3 B-frames, one picture for each of 24 threads, and a few
        // more.
        const int held = 71;
        var executor = new SimulatedExecutor();
        long[] pictures = [.. Enumerable.Range(0, (60 * rate) + held).Select(i => i * 1000L / rate)];
        (ClockTime, object)[] late = [Format, .. pictures.Select(time => (Ms(time + (held * 1000L / rate)), (object)Ms(time)))];
        var video = new LiveScript("video", executor.Clock, late);
        long[] sound = [.. Times(Sound, 0, pictures[^1])];
        LiveScript audio = Source(executor, "audio", sound);
        RecordingMuxer muxer = Run(executor, video, audio);
        AssertComplete(muxer, video, pictures, audio, sound);
        if (rate >= 25)
        {
            Assert.That(muxer.Taken.Select(TimeOf).Where(time => time >= 0), Is.Ordered);
        }
    }

    [Test]
    public void Input_that_has_never_said_a_format_is_waited_for_as_long_as_memory_lasts()
    {
        var executor = new SimulatedExecutor();
        var video = new LiveScript("video", executor.Clock, (Ms(30_000), new FormatChanged(new EncodedFormat("h264", MediaKind.Video))), (Ms(30_000), Ms(30_000)));
        LiveScript audio = Source(executor, "audio", Times(Sound, 0, 31_000));
        RecordingMuxer muxer = Run(executor, video, audio);
        AssertComplete(muxer, video, [30_000], audio, Times(Sound, 0, 31_000));
        Assert.That(muxer.Taken.Take(2), Is.EqualTo(new[] { "1:FormatChanged", "0:FormatChanged" }), "all formats are known before the first buffer");
    }

    [Test]
    public void Input_without_a_format_is_left_out_in_the_end_named_and_counted()
    {
        var executor = new SimulatedExecutor();
        var video = new LiveScript("video", executor.Clock, (Ms(99_990), new FormatChanged(new EncodedFormat("h264", MediaKind.Video))), (Ms(100_000), Ms(100_000)));
        LiveScript audio = Source(executor, "audio", Times(Sound, 0, 101_000));
        Pipeline pipeline = Build(executor, out RecordingMuxer muxer, video, audio);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(200));
        AssertComplete(muxer, video, [], audio, Times(Sound, 0, 101_000));
        Assert.That(muxer.LeftOutBuffers, Is.EqualTo(1));
        var said = new List<PipelineEvent>();
        while (pipeline.Events.TryRead(out PipelineEvent? read))
        {
            said.Add(read);
        }

        Assert.That(said.Single(one => one.Kind == "left-out").Message, Does.Contain("'mux.in0' announced no format"));
        Assert.That(muxer.Taken[^1], Is.EqualTo("end"));
    }

    [Test]
    public void Memory_is_bounded_while_an_input_never_speaks()
    {
        var executor = new SimulatedExecutor();
        var video = new LiveScript("video", executor.Clock, (Ms(300_000), Ms(0)));
        var audio = new LiveScript("audio", executor.Clock, [Format, .. Times(Sound, 0, 300_000).Select(time => (Ms(time), (object)Ms(time)))]) { BufferLength = 64 * 1024 };
        var pipeline = Build(executor, out RecordingMuxer muxer, video, audio);
        Task run = pipeline.RunAsync();
        long most = 0;
        for (int i = 0; i < 200; i++)
        {
            executor.RunFor(ClockTime.FromSeconds(1));
            most = Math.Max(most, MediaBuffer.LiveCount);
        }

        Assert.That(most, Is.LessThanOrEqualTo(1024 + 1), "64 MiB");
        executor.RunUntilCompleted(run, ClockTime.FromSeconds(400));
        Assert.That(audio.Lost, Is.Zero);
        Assert.That(muxer.Taken.Count(item => item.StartsWith("1:", StringComparison.Ordinal)), Is.EqualTo(1 + (300_000 / Sound)));
    }

    [Test]
    public void Nothing_is_lost_whatever_falls_silent_when() => RandomCases.Run(200, RecordRandomSilences);

    [Test]
    [Category("Soak")]
    public void Nothing_is_lost_through_ten_thousand_random_silences() => RandomCases.Run(10_000, RecordRandomSilences);

    /// <summary>
    /// Records two or three sources that are late by some time and fall silent at random. Some of them announce their gaps.
    /// </summary>
    private static void RecordRandomSilences(Random random)
    {
        var executor = new SimulatedExecutor();
        int count = random.Next(2, 4);
        int[] lags = [.. Enumerable.Range(0, count).Select(i => i == 0 ? random.Next(3) * random.Next(3_000) : random.Next(200))];
        long[][] times = [.. lags.Select(_ => RandomTimes(random))];
        LiveScript[] sources =
        [
            .. times.Select((own, i) => new LiveScript($"source-{i}", executor.Clock, [.. Script(own, lags[i], random)]) { BufferLength = 1_000 }),
        ];
        RecordingMuxer muxer = Run(executor, sources);
        for (int i = 0; i < count; i++)
        {
            Assert.That(sources[i].Lost, Is.Zero);
            Assert.That(Of(muxer, i), Is.EqualTo(times[i]), $"input {i}");
        }

        if (lags[0] < 2_500)
        {
            Assert.That(muxer.Taken.Select(TimeOf).Where(time => time >= 0), Is.Ordered, "no input is later than the limit");
        }

        Assert.That((muxer.Taken[^1], muxer.LeftOutBuffers, MediaBuffer.LiveCount), Is.EqualTo(("end", 0, 0)));
    }

    private static IEnumerable<(ClockTime Due, object Item)> Script(long[] times, int lag, Random random)
    {
        bool tells = random.Next(2) == 0;
        long last = 0;
        yield return (Ms(random.Next(2) * Math.Min(random.Next(20_000), times[0])), Format.Item);
        foreach (long time in times)
        {
            for (; tells && time - last > 1_000; last += 250)
            {
                yield return (Ms(last + 250 + lag), new Gap(Ms(last), Ms(250)));
            }

            yield return (Ms(time + lag), Ms(time));
            last = time;
        }
    }

    private static long[] RandomTimes(Random random)
    {
        var times = new List<long>();
        int step = random.Next(5, 100);
        long time = random.Next(4) * random.Next(7_000);
        do
        {
            times.Add(time);
            time += random.Next(150) == 0 ? random.Next(8_000) + 1 : step;
        }
        while (time < 20_000);

        return [.. times];
    }

    private static (ClockTime Due, object Item) Format => (ClockTime.Zero, new FormatChanged(new EncodedFormat("h264", MediaKind.Video)));

    private static ClockTime Ms(long milliseconds) => ClockTime.FromMilliseconds(milliseconds);

    private static IEnumerable<long> Times(int step, long from, long to)
    {
        for (long time = from; time < to; time += step)
        {
            yield return time;
        }
    }

    private static LiveScript Source(SimulatedExecutor executor, string name, IEnumerable<long> times) =>
        new(name, executor.Clock, [Format, .. times.Select(time => (Ms(time), (object)Ms(time)))]);

    private static Pipeline Build(SimulatedExecutor executor, out RecordingMuxer muxer, params LiveScript[] sources)
    {
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        muxer = pipeline.Add(new RecordingMuxer("mux", sources.Length));
        for (int i = 0; i < sources.Length; i++)
        {
            pipeline.Link(pipeline.Add(sources[i]).Outputs[0], muxer.Inputs[i]);
        }

        return pipeline;
    }

    private static RecordingMuxer Run(SimulatedExecutor executor, params LiveScript[] sources)
    {
        Pipeline pipeline = Build(executor, out RecordingMuxer muxer, sources);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(400));
        return muxer;
    }

    private static void AssertComplete(RecordingMuxer muxer, LiveScript first, IEnumerable<long> ofFirst, LiveScript second, IEnumerable<long> ofSecond)
    {
        Assert.That((first.Lost, second.Lost), Is.EqualTo((0, 0)), "buffers that were lost because they were not taken");
        Assert.That(Of(muxer, 0), Is.EqualTo(ofFirst));
        Assert.That(Of(muxer, 1), Is.EqualTo(ofSecond));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private static IEnumerable<long> Of(RecordingMuxer muxer, int input) =>
        muxer.Taken.Where(item => item.StartsWith($"{input}:", StringComparison.Ordinal)).Select(TimeOf).Where(time => time >= 0);

    /// <summary>Returns the time of a recorded item; negative for an event.</summary>
    private static long TimeOf(string item) =>
        long.TryParse(item.AsSpan(item.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture, out long time) ? time : -1;
}
