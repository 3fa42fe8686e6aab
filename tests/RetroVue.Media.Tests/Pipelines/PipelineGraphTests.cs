using RetroVue.Media.Blocking;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Elements.Flow;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>The graphs that a pipeline takes, its errors for other graphs, and the latency of a graph.</summary>
public sealed class PipelineGraphTests
{
    [Test]
    public async Task Format_that_is_not_accepted_is_named_with_the_preferred_one()
    {
        var pipeline = new Pipeline();
        var source = pipeline.Add(new TestVideoSource("video"));
        var sink = pipeline.Add(new LifeElement("sink", [])
        {
            Wanted = new VideoFormat(PixelFormat.Nv12, 640, 360, new Rational(25, 1)),
        });
        pipeline.Link(source, sink);
        Assert.That(
            async () => await pipeline.StartAsync(),
            Throws.TypeOf<LinkException>().With.Message.EqualTo(
                "'video.out' sends video yuv420p 640x360 25/1 fps, which 'sink.in' does not accept; it would accept video nv12 640x360 25/1 fps."));
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        Assert.That(async () => await Within(pipeline.RunAsync()), Throws.TypeOf<ElementException>(), "the run must not wait for ever");
        await pipeline.DisposeAsync();
    }

    [Test]
    public void Links_that_cannot_be_say_why()
    {
        var pipeline = new Pipeline();
        var source = pipeline.Add(new CountingSource("source", 1));
        var tee = pipeline.Add(new Tee("tee"));
        var other = pipeline.Add(new Tee("other"));
        OutputPad branch = tee.AddBranch();
        pipeline.Link(source, tee);
        Assert.That(() => pipeline.Add(new Tee("tee")), Throws.TypeOf<LinkException>().With.Message.Contains("'tee'"));
        Assert.That(() => pipeline.Link(source, other), Throws.TypeOf<LinkException>().With.Message.EqualTo("'source' has no free output."));
        Assert.That(() => pipeline.Link(branch, tee.Inputs[0]), Throws.TypeOf<LinkException>().With.Message.Contains("tee.in is linked already"));
        pipeline.Link(branch, other.Inputs[0]);
        var strange = new Tee("strange");
        Assert.That(() => pipeline.Link(other.AddBranch(), strange.Inputs[0]), Throws.TypeOf<LinkException>().With.Message.Contains("add both elements"));

        var loop = new Pipeline();
        var first = loop.Add(new BufferQueue("first"));
        var second = loop.Add(new BufferQueue("second"));
        loop.Link(first, second);
        Assert.That(() => loop.Link(second, first), Throws.TypeOf<LinkException>().With.Message.Contains("loop"));
        Assert.That(() => new Pipeline().Add(first), Throws.InvalidOperationException.With.Message.Contains("'first' belongs to another pipeline"));
    }

    [Test]
    public void Graph_that_is_not_whole_is_refused_at_the_start_and_can_be_completed()
    {
        (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
        Assert.That(async () => await pipeline.StartAsync(), Throws.TypeOf<LinkException>().With.Message.Contains("no elements"));
        var sink = pipeline.Add(new CollectingSink("sink"));
        Assert.That(async () => await pipeline.StartAsync(), Throws.TypeOf<LinkException>().With.Message.EqualTo("The input 'sink.in' is not linked."));
        pipeline.Link(pipeline.Add(new CountingSource("source", 1)), sink);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        Assert.That(sink.Count, Is.EqualTo(1));
    }

    [Test]
    public void Source_that_gives_its_media_to_nobody_is_refused_at_the_start()
    {
        (Pipeline pipeline, _) = Simulated();
        pipeline.Add(new CountingSource("source", 1));
        Assert.That(
            async () => await pipeline.StartAsync(),
            Throws.TypeOf<LinkException>().With.Message.EqualTo("The output 'source.out' of the source 'source' is not linked."));
    }

    [Test]
    public void Latency_is_the_largest_minimum_and_an_error_names_the_path_that_cannot_hold_it()
    {
        Assert.That(LatencyWith(storage: ClockTime.FromMilliseconds(100)), Is.EqualTo(ClockTime.FromMilliseconds(60)));
        Assert.That(LatencyWith(storage: ClockTime.None), Is.EqualTo(ClockTime.FromMilliseconds(60)), "unbounded");
        Assert.That(
            () => LatencyWith(storage: ClockTime.FromMilliseconds(30)),
            Throws.TypeOf<LinkException>().With.Message.EqualTo(
                "The pipeline's latency is 0.060000000s, but the path camera -> queue -> mux can hold media for at most 0.050000000s."));

        static ClockTime LatencyWith(ClockTime storage)
        {
            (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
            ClockTime period = ClockTime.FromMilliseconds(20);
            var camera = pipeline.Add(new ScriptedSource("camera", 1) { ShownLatency = new ElementLatency(period, period, true) });
            var card = pipeline.Add(new ScriptedSource("card", 1) { ShownLatency = new ElementLatency(ClockTime.FromMilliseconds(60), ClockTime.FromMilliseconds(80), true) });
            // A file is not part of the latency, however slow it is.
            var file = pipeline.Add(new ScriptedSource("file", 1) { ShownLatency = new ElementLatency(ClockTime.FromSeconds(5), ClockTime.Zero, false) });
            var queue = pipeline.Add(new BufferQueue("queue", new QueueLimits(100, storage)));
            var mux = pipeline.Add(new RecordingMuxer("mux", 3));
            pipeline.Link(camera, queue, mux);
            pipeline.Link(card, mux);
            pipeline.Link(file, mux);
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
            return pipeline.Latency;
        }
    }

    [Test]
    public void Latency_without_a_live_source_is_what_the_sinks_themselves_need()
    {
        (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
        var file = pipeline.Add(new ScriptedSource("file", 1) { ShownLatency = new ElementLatency(ClockTime.FromSeconds(5), ClockTime.Zero, false) });
        var card = pipeline.Add(new CollectingSink("card") { ShownLatency = new ElementLatency(ClockTime.FromMilliseconds(100), ClockTime.Zero, false) });
        pipeline.Link(file, card);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        Assert.That(pipeline.Latency, Is.EqualTo(ClockTime.FromMilliseconds(100)));
    }

    private static Task Within(Task task) => Watchdog.WithinAsync(task, TimeSpan.FromSeconds(30));

    private static (Pipeline Pipeline, SimulatedExecutor Executor) Simulated()
    {
        var executor = new SimulatedExecutor();
        return (new Pipeline(new PipelineOptions { Executor = executor }), executor);
    }
}
