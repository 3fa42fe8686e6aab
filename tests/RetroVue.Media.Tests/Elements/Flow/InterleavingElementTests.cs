using FsCheck.Fluent;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Pipelines;
using RetroVue.Media.Tests.Time;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Flow;

public sealed class InterleavingElementTests
{
    [Test]
    public void Order_is_by_decoding_time_then_input_whatever_the_order_of_arrival() =>
        Property.Check(
            Gen.Choose(0, int.MaxValue),
            seed =>
            {
                var random = new Random(seed);
                int streams = random.Next(1, 5);
                long[][] times = [.. Enumerable.Range(0, streams).Select(_ => RandomTimes(random))];
                string[] expected =
                [
                    .. times.SelectMany((stream, i) => stream.Select(time => (Time: time, Stream: i))).OrderBy(item => item.Time).ThenBy(item => item.Stream)
                        .Select(item => $"{item.Stream}:{item.Time}"),
                    "end",
                ];
                // The same streams arrive in two different orders.
                return Run(streams, Arrival(times, random)).SequenceEqual(expected, StringComparer.Ordinal) && Run(streams, Arrival(times, random)).SequenceEqual(expected, StringComparer.Ordinal);
            },
            300);

    [Test]
    public void One_source_whose_streams_lie_far_apart_does_not_stand_still()
    {
        // The whole first stream arrives before the second one. This is far more than an input stores.
        (int, object)[] script =
        [
            .. Enumerable.Range(0, 1000).Select(i => (0, (object)Ms(2 * i))),
            .. Enumerable.Range(0, 1000).Select(i => (1, (object)Ms((2 * i) + 1))),
        ];
        List<string> taken = Run(2, script);
        Assert.That(taken, Is.EqualTo(Enumerable.Range(0, 2000).Select(i => $"{i % 2}:{i}").Append("end")));
    }

    [Test]
    public void Full_input_holds_its_own_source_back_while_another_source_is_late()
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var file = pipeline.Add(new CountingSource("file", 1000));
        var live = pipeline.Add(new CountingSource("live", 10, new Rational(1, 1), executor.Clock));
        var muxer = pipeline.Add(new RecordingMuxer("mux", 2));
        pipeline.Link(file.Outputs[0], muxer.Inputs[0]);
        pipeline.Link(live.Outputs[0], muxer.Inputs[1]);
        Task run = pipeline.RunAsync();
        executor.RunFor(ClockTime.FromMilliseconds(500));
        // Only buffers up to one second may be taken, because the live source's next buffer comes then. The rest stays in the file, except
        // for what fills the input.
        Assert.That(MediaBuffer.LiveCount, Is.InRange(1, 4));
        executor.RunUntilCompleted(run, ClockTime.FromSeconds(100));
        Assert.That(muxer.Taken, Has.Count.EqualTo(1011));
    }

    [Test]
    public void Gap_lets_the_others_go_on_up_to_its_end()
    {
        List<string> taken = RunWithoutEnd(
            2,
            (1, Format),
            (1, new Gap(Ms(0), Ms(100))),
            (0, Ms(0)),
            (0, Ms(50)),
            (0, Ms(99)),
            (0, Ms(101)),
            (0, Ms(120)));
        Assert.That(taken, Is.EqualTo(new[] { "1:FormatChanged", "1:Gap", "0:0", "0:50", "0:99" }), "the second input may still bring a buffer at 100");
        taken = RunWithoutEnd(2, (1, Format), (1, new Gap(Ms(0), Ms(100))), (0, Ms(0)), (0, Ms(101)), (1, Ms(100)), (0, Ms(102)), (1, Ms(200)));
        Assert.That(taken, Is.EqualTo(new[] { "1:FormatChanged", "1:Gap", "0:0", "1:100", "0:101", "0:102" }));
    }

    [Test]
    public void Gap_before_a_format_lets_nobody_go_on_without_that_format()
    {
        List<string> taken = RunWithoutEnd(2, (0, Format), (1, new Gap(Ms(0), Ms(100))), (0, Ms(0)), (0, Ms(1)));
        Assert.That(taken, Is.EqualTo(new[] { "0:FormatChanged", "1:Gap" }), "a muxer would begin the file without that format");
        taken = RunWithoutEnd(2, (0, Format), (1, new Gap(Ms(0), Ms(100))), (0, Ms(0)), (1, Format), (1, Ms(2)), (0, Ms(3)));
        Assert.That(taken, Is.EqualTo(new[] { "0:FormatChanged", "1:Gap", "1:FormatChanged", "0:0", "1:2" }));
    }

    [Test]
    public void Ended_input_is_not_waited_for()
    {
        List<string> taken = RunWithoutEnd(3, (0, Ms(5)), (1, EndOfStream.Instance), (2, EndOfStream.Instance), (0, Ms(6)));
        Assert.That(taken, Is.EqualTo(new[] { "0:5", "0:6" }));
        Assert.That(Run(3, (0, Ms(5)), (2, EndOfStream.Instance), (1, Ms(7)), (0, Ms(9))), Is.EqualTo(new[] { "0:5", "1:7", "0:9", "end" }));
    }

    [Test]
    public async Task Stop_takes_what_has_come_in_order_and_then_the_end()
    {
        var executor = new SimulatedExecutor();
        (Pipeline pipeline, RecordingMuxer muxer) = Build(
            executor, 3, [(0, Ms(0)), (1, Ms(10)), (2, Ms(15)), (0, Ms(20)), (1, Ms(30)), (0, Ms(40))], isEndless: true);
        Task run = pipeline.RunAsync();
        executor.RunFor(ClockTime.FromMilliseconds(10));
        Assert.That(muxer.Taken, Is.EqualTo(new[] { "0:0", "1:10", "2:15" }), "At 20 the third input may still have something.");
        await pipeline.StopAsync();
        await run;
        Assert.That(muxer.Taken, Is.EqualTo(new[] { "0:0", "1:10", "2:15", "0:20", "1:30", "0:40", "end" }));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Segments_put_inputs_on_one_line_and_buffers_without_time_follow_at_once()
    {
        Assert.That(
            Run(
                2,
                (0, new Segment(Ms(1000), ClockTime.None, Ms(0))),
                (0, Ms(1010)),
                (0, ClockTime.None),
                (0, Ms(1030)),
                (1, Ms(0)),
                (1, Ms(20))),
            Is.EqualTo(new[] { "0:Segment", "1:0", "0:1010", "0:none", "1:20", "0:1030", "end" }));
    }

    [Test]
    public void Buffers_without_a_presentation_time_are_left_out_and_counted_where_it_is_needed()
    {
        (Pipeline pipeline, RecordingMuxer muxer) = RunInNeedOfTimes((0, ClockTime.None), (0, Ms(10)), (1, Ms(0)), (0, ClockTime.None), (0, Ms(30)), (1, Ms(20)));
        Assert.That(muxer.Taken, Is.EqualTo(new[] { "1:0", "0:10", "1:20", "0:30", "end" }));
        Assert.That(muxer.UntimedBuffers, Is.EqualTo(2));
        Assert.That(Events(pipeline).Count(seen => seen.Kind == "untimed"), Is.EqualTo(1));
    }

    [TestCase(3, "to its end")]
    [TestCase(1000, "for so long")]
    public void Input_that_brings_more_without_a_presentation_time_than_with_is_refused(int count, string lasting)
    {
        ElementException? error = Assert.Throws<ElementException>(
            () => RunInNeedOfTimes([(0, Ms(0)), .. Enumerable.Repeat((0, (object)ClockTime.None), count), (1, Ms(0)), (1, Ms(20))]));
        Assert.That(error!.Message, Does.Contain("in0").And.Contain("Decode and encode"), lasting);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private static (Pipeline Pipeline, RecordingMuxer Muxer) RunInNeedOfTimes(params (int, object)[] script)
    {
        var executor = new SimulatedExecutor();
        (Pipeline pipeline, RecordingMuxer muxer) = Build(executor, 2, script, needsTimes: true);
        try
        {
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }

        return (pipeline, muxer);
    }

    private static IEnumerable<PipelineEvent> Events(Pipeline pipeline)
    {
        while (pipeline.Events.TryRead(out PipelineEvent? seen))
        {
            yield return seen;
        }
    }

    private static FormatChanged Format { get; } = new(new EncodedFormat("h264", MediaKind.Video));

    private static ClockTime Ms(long milliseconds) => ClockTime.FromMilliseconds(milliseconds);

    private static long[] RandomTimes(Random random)
    {
        long time = random.Next(50);
        return [.. Enumerable.Range(0, random.Next(0, 60)).Select(_ => time += random.Next(1, 60))];
    }

    private static (int, object)[] Arrival(long[][] times, Random random)
    {
        int[] order = [.. times.SelectMany((stream, i) => stream.Select(_ => i))];
        random.Shuffle(order);
        int[] next = new int[times.Length];
        return [.. order.Select(stream => (stream, (object)Ms(times[stream][next[stream]++])))];
    }

    private static List<string> Run(int streams, params (int, object)[] script)
    {
        var executor = new SimulatedExecutor();
        (Pipeline pipeline, RecordingMuxer muxer) = Build(executor, streams, script);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        return muxer.Taken;
    }

    /// <summary>Returns what has been taken before the end of the streams comes.</summary>
    private static List<string> RunWithoutEnd(int streams, params (int, object)[] script)
    {
        var executor = new SimulatedExecutor();
        (Pipeline pipeline, RecordingMuxer muxer) = Build(executor, streams, script, isEndless: true);
        Task run = pipeline.RunAsync();
        executor.RunFor(ClockTime.FromMilliseconds(10));
        List<string> taken = [.. muxer.Taken];
        Task.WaitAll(pipeline.StopAsync(), run);
        return taken;
    }

    private static (Pipeline Pipeline, RecordingMuxer Muxer) Build(SimulatedExecutor executor, int streams, (int, object)[] script, bool isEndless = false, bool needsTimes = false)
    {
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var source = pipeline.Add(new ScriptedSource("source", streams, script) { IsEndless = isEndless });
        var muxer = pipeline.Add(new RecordingMuxer("mux", streams, needsTimes));
        for (int i = 0; i < streams; i++)
        {
            pipeline.Link(source.Outputs[i], muxer.Inputs[i]);
        }

        return (pipeline, muxer);
    }
}
