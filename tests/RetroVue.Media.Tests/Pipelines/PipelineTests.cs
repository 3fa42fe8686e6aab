using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Elements.Flow;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class PipelineTests
{
    [Test]
    public async Task Run_threaded_through_queue_and_tee_delivers_every_buffer_in_order()
    {
        const int count = 100_000;
        await using var pipeline = new Pipeline();
        CountingSource source = pipeline.Add(new CountingSource("source", count));
        BufferQueue queue = pipeline.Add(new BufferQueue("queue"));
        Tee tee = pipeline.Add(new Tee("tee"));
        TimestampProbe left = pipeline.Add(new TimestampProbe("left", count));
        TimestampProbe right = pipeline.Add(new TimestampProbe("right", count));
        pipeline.Link(source, queue, tee);
        pipeline.Link(tee.AddBranch(), left.Inputs[0]);
        pipeline.Link(tee.AddBranch(), right.Inputs[0]);
        await pipeline.RunAsync();
        Assert.That(left.Snapshot().Select(record => record.Sequence), Is.EqualTo(Enumerable.Range(0, count).Select(n => (long)n)));
        Assert.That(right.Snapshot(), Has.Length.EqualTo(count));
    }

    [Test]
    public void Run_simulated_paced_source_passes_buffers_at_their_running_time()
    {
        (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
        var line = new DisciplinedClock(executor.Clock, ClockTime.Zero, "line");
        CountingSource source = pipeline.Add(new CountingSource("source", 90_000, new Rational(30000, 1001), line));
        BufferQueue queue = pipeline.Add(new BufferQueue("queue"));
        TimestampProbe probe = pipeline.Add(new TimestampProbe("probe", 90_000));
        pipeline.Link(source, queue, probe);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(10_000));
        TimestampRecord[] records = probe.Snapshot();
        Assert.That(records, Has.Length.EqualTo(90_000));
        // Simulated time jumps exactly to each deadline, so presentation and passing agree to the nanosecond.
        Assert.That(records.All(record => record.SeenAt == record.Pts), Is.True);
    }

    [Test]
    public void Same_simulation_twice_gives_the_same_records_in_the_same_steps()
    {
        (TimestampRecord[] firstLeft, TimestampRecord[] firstRight, long firstSteps) = Simulate();
        (TimestampRecord[] left, TimestampRecord[] right, long steps) = Simulate();
        Assert.That(steps, Is.EqualTo(firstSteps));
        Assert.That(left, Is.EqualTo(firstLeft));
        Assert.That(right, Is.EqualTo(firstRight));
        Assert.That(left, Has.Length.EqualTo(250));

        static (TimestampRecord[] Left, TimestampRecord[] Right, long Steps) Simulate()
        {
            (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
            pipeline.UseClock(new SimulatedDeviceClock(executor.Clock, 50, seed: 9) { Jitter = ClockTime.FromMicroseconds(30) });
            var source = pipeline.Add(new TestVideoSource("video", new TestVideoOptions { IsLive = true, Count = 250, Width = 96, Height = 48 }));
            var tee = pipeline.Add(new Tee("tee"));
            var leftQueue = pipeline.Add(new BufferQueue("left-queue", new QueueLimits(3, ClockTime.None)));
            var rightQueue = pipeline.Add(new BufferQueue("right-queue"));
            var left = pipeline.Add(new TimestampProbe("left", 1000));
            var right = pipeline.Add(new TimestampProbe("right", 1000));
            pipeline.Link(source, tee);
            pipeline.Link(tee.AddBranch(), leftQueue.Inputs[0]);
            pipeline.Link(tee.AddBranch(), rightQueue.Inputs[0]);
            pipeline.Link(leftQueue, left);
            pipeline.Link(rightQueue, right);
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(10_000));
            return (left.Snapshot(), right.Snapshot(), executor.Steps);
        }
    }

    [Test]
    public async Task States_follow_one_another_and_calls_out_of_place_throw()
    {
        var log = new List<string>();
        var pipeline = new Pipeline(new PipelineOptions { Name = "film" });
        var source = pipeline.Add(new CountingSource("source", long.MaxValue, new Rational(100, 1), SystemClock.Instance));
        var element = pipeline.Add(new LifeElement("life", log));
        pipeline.Link(source, element);
        Assert.That((pipeline.State, pipeline.BaseTime, pipeline.RunningTime), Is.EqualTo((PipelineState.Created, ClockTime.None, ClockTime.None)));
        await pipeline.StartAsync();
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Running));
        Assert.That(pipeline.RunningTime >= ClockTime.Zero, Is.True);
        Assert.That(async () => await pipeline.StartAsync(), Throws.InvalidOperationException.With.Message.Contains("'film' is Running"));
        Assert.That(() => pipeline.Add(new Tee("late")), Throws.InvalidOperationException);
        Assert.That(() => pipeline.Link(source, element), Throws.InvalidOperationException);
        await pipeline.StopAsync();
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Stopped));
        await pipeline.StopAsync();
        Assert.That(async () => await pipeline.StartAsync(), Throws.InvalidOperationException.With.Message.Contains("'film' is Stopped"));
        await pipeline.DisposeAsync();
        Assert.That(log, Is.EqualTo(new[] { "prepare Prepared", "start Prepared", "interrupt", "stop", "dispose" }));
    }

    [Test]
    public async Task Stopping_before_the_start_and_while_running_ends_the_run()
    {
        var never = new Pipeline();
        never.Add(new CollectingSink("sink"));
        await never.StopAsync();
        await Within(never.RunAsync());
        await never.DisposeAsync();

        var pipeline = new Pipeline();
        pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue)), pipeline.Add(new BufferQueue("queue")), pipeline.Add(new CollectingSink("sink")));
        Task run = pipeline.RunAsync();
        await pipeline.StopAsync();
        await Within(run);
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Stopped));
        await Within(pipeline.RunAsync());
        await pipeline.DisposeAsync();
    }

    [Test]
    public async Task Disposing_while_a_run_is_awaited_ends_it()
    {
        for (int i = 0; i < 20; i++)
        {
            var pipeline = new Pipeline();
            pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue)), pipeline.Add(new CollectingSink("sink")));
            Task run = pipeline.RunAsync();
            await pipeline.DisposeAsync();
            await Within(run);
        }
    }

    [Test]
    public async Task Cancelling_stops_the_pipeline_and_throws()
    {
        await using var pipeline = new Pipeline();
        using var cancellation = new CancellationTokenSource();
        var sink = pipeline.Add(new CollectingSink("sink", buffer =>
        {
            if (buffer.Sequence == 1000)
            {
                cancellation.Cancel();
            }
        }));
        pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue)), sink);
        Assert.That(async () => await pipeline.RunAsync(cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Stopped));
    }

    [Test]
    public async Task Cancelled_before_the_start_opens_nothing()
    {
        await using var pipeline = new Pipeline();
        var log = new List<string>();
        pipeline.Add(new LifeElement("life", log, hasInput: false));
        Assert.That(async () => await pipeline.RunAsync(new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(log, Does.Not.Contain("prepare Prepared"));
    }

    [Test]
    public async Task First_error_names_its_element_and_later_ones_are_attached()
    {
        var pipeline = new Pipeline();
        var source = pipeline.Add(new CountingSource("source", long.MaxValue));
        var queue = pipeline.Add(new BufferQueue("queue"));
        var sink = pipeline.Add(new LifeElement("sink", []) { FailAt = 100, FailsToStop = true });
        pipeline.Link(source, queue, sink);
        ElementException error = (await Assert.ThrowsAsync<ElementException>(async () => await pipeline.RunAsync()))!;
        Assert.That(error.Element, Is.EqualTo("sink"), "not the queue, whose thread it was");
        Assert.That(error.Message, Is.EqualTo("'sink' failed: buffer 100 is bad"));
        Assert.That(error.InnerException, Is.TypeOf<InvalidDataException>());
        Assert.That(error.LaterErrors.Select(later => later.Message), Is.EqualTo(new[] { "cannot stop" }));
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        Assert.That((await Assert.ThrowsAsync<ElementException>(async () => await Within(pipeline.RunAsync())))!.Element, Is.EqualTo("sink"), "a second run tells the same");
        await pipeline.DisposeAsync();
    }

    [Test]
    public async Task Error_while_opening_is_thrown_by_start_and_what_was_opened_is_stopped()
    {
        var log = new List<string>();
        var pipeline = new Pipeline();
        var bad = pipeline.Add(new LifeElement("bad", [], hasInput: false) { FailsToPrepare = true });
        pipeline.Link(bad, pipeline.Add(new LifeElement("good", log)));
        Assert.That(
            async () => await pipeline.StartAsync(),
            Throws.TypeOf<ElementException>().With.Property(nameof(ElementException.Element)).EqualTo("bad"));
        Assert.That(log, Is.EqualTo(new[] { "prepare Prepared", "stop" }));
        Assert.That(async () => await Within(pipeline.RunAsync()), Throws.TypeOf<ElementException>());
        await pipeline.DisposeAsync();
    }

    [Test]
    public async Task Error_while_starting_is_thrown_with_the_elements_name_and_all_are_stopped()
    {
        var log = new List<string>();
        var pipeline = new Pipeline();
        var bad = pipeline.Add(new LifeElement("bad", [], hasInput: false) { FailsAt = "start" });
        pipeline.Link(bad, pipeline.Add(new LifeElement("good", log)));
        ElementException error = (await Assert.ThrowsAsync<ElementException>(async () => await pipeline.StartAsync()))!;
        Assert.That(error.Element, Is.EqualTo("bad"));
        Assert.That(error.InnerException, Is.InstanceOf<InvalidOperationException>());
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        Assert.That(log, Is.EqualTo(new[] { "prepare Prepared", "interrupt", "stop" }));
        Assert.That(async () => await Within(pipeline.RunAsync()), Throws.TypeOf<ElementException>(), "it must not wait for an end that never comes");
        await pipeline.DisposeAsync();
        Assert.That(log[^1], Is.EqualTo("dispose"));
    }

    [TestCase("interrupt")]
    [TestCase("end")]
    [TestCase("stop")]
    [TestCase("dispose")]
    public async Task Element_that_cannot_be_called_fails_the_pipeline_and_the_others_are_called_all_the_same(string call)
    {
        var log = new List<string>();
        var pipeline = new Pipeline();
        foreach (string name in new[] { "one", "two" })
        {
            var source = pipeline.Add(new LifeElement($"{name}-source", log, hasInput: false) { FailsAt = name == "one" ? call : "" });
            pipeline.Link(source, pipeline.Add(new LifeElement($"{name}-sink", log)));
        }

        await pipeline.StartAsync();
        Assert.That(pipeline.End, Throws.Nothing);
        await pipeline.StopAsync();
        await pipeline.DisposeAsync();
        // Only sources are asked to end.
        Assert.That(log.Count(entry => entry == call), Is.EqualTo(call == "end" ? 2 : 4));
        // By then the pipeline has been stopped well; the error is logged.
        Assert.That(pipeline.State, Is.EqualTo(call == "dispose" ? PipelineState.Stopped : PipelineState.Failed));
        Assert.That(
            (await Assert.ThrowsAsync<ElementException>(async () => await Within(pipeline.RunAsync())))!.Element, Is.EqualTo("one-source"));
    }

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
                "'video.out' offers video yuv420p 640x360 25/1 fps, which 'sink.in' does not accept; it would take video nv12 640x360 25/1 fps."));
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        Assert.That(async () => await Within(pipeline.RunAsync()), Throws.TypeOf<ElementException>(), "it must not wait for an end that never comes");
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
            Throws.TypeOf<LinkException>().With.Message.EqualTo("The source 'source' gives its media to nobody: its output 'source.out' is not linked."));
    }

    [Test]
    public void Latency_is_the_largest_minimum_and_an_error_names_the_path_that_cannot_hold_it()
    {
        Assert.That(LatencyWith(storage: ClockTime.FromMilliseconds(100)), Is.EqualTo(ClockTime.FromMilliseconds(60)));
        Assert.That(LatencyWith(storage: ClockTime.None), Is.EqualTo(ClockTime.FromMilliseconds(60)), "unbounded");
        Assert.That(
            () => LatencyWith(storage: ClockTime.FromMilliseconds(30)),
            Throws.TypeOf<LinkException>().With.Message.EqualTo(
                "The pipeline's latency is 0.060000000s, but the path camera -> queue -> mux can hold media back by 0.050000000s at most."));

        static ClockTime LatencyWith(ClockTime storage)
        {
            (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
            ClockTime period = ClockTime.FromMilliseconds(20);
            var camera = pipeline.Add(new ScriptedSource("camera", 1) { ShownLatency = new ElementLatency(period, period, true) });
            var card = pipeline.Add(new ScriptedSource("card", 1) { ShownLatency = new ElementLatency(ClockTime.FromMilliseconds(60), ClockTime.FromMilliseconds(80), true) });
            // A file has no part in it, however slow.
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

    [Test]
    public void End_lets_a_live_source_finish_what_it_has_begun()
    {
        (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
        TestVideoSource source = pipeline.Add(new TestVideoSource("source", new TestVideoOptions { IsLive = true, Width = 320, Height = 180 }));
        var sink = pipeline.Add(new CollectingSink("sink"));
        pipeline.Link(source, sink);
        Task run = pipeline.RunAsync();
        executor.RunUntil(ClockTime.FromSeconds(2));
        Assert.That(run.IsCompleted, Is.False);
        pipeline.End();
        executor.RunUntilCompleted(run, ClockTime.FromSeconds(3));
        // A frame each 40 ms, from zero to two seconds.
        Assert.That(sink.Count, Is.EqualTo(51));
        Assert.That(sink.Events[^1], Is.InstanceOf<EndOfStream>());
    }

    [Test]
    public void Events_are_bounded_and_the_oldest_are_dropped()
    {
        var pipeline = new Pipeline(new PipelineOptions { EventCapacity = 3 });
        for (int i = 0; i < 10; i++)
        {
            pipeline.Report("late", "sink", $"{i}");
        }

        var read = new List<string>();
        while (pipeline.Events.TryRead(out PipelineEvent? happened))
        {
            read.Add(happened.Message);
        }

        Assert.That(read, Is.EqualTo(new[] { "7", "8", "9" }));
    }

    [Test]
    public void Run_completes_when_every_sink_has_its_end()
    {
        (Pipeline pipeline, SimulatedExecutor executor) = Simulated();
        var quick = pipeline.Add(new CollectingSink("quick"));
        var slow = pipeline.Add(new CollectingSink("slow"));
        pipeline.Link(pipeline.Add(new CountingSource("first", 1)), quick);
        pipeline.Link(pipeline.Add(new CountingSource("second", 26, new Rational(25, 1), executor.Clock)), slow);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(10));
        Assert.That((quick.Count, slow.Count), Is.EqualTo((1L, 26L)));
        Assert.That(executor.Clock.Now, Is.EqualTo(ClockTime.FromSeconds(1)));
    }

    private static Task Within(Task task) => Watchdog.WithinAsync(task, TimeSpan.FromSeconds(30));

    private static (Pipeline Pipeline, SimulatedExecutor Executor) Simulated()
    {
        var executor = new SimulatedExecutor();
        return (new Pipeline(new PipelineOptions { Executor = executor }), executor);
    }

    /// <summary>Writes down its life, and fails where it is told to.</summary>
    private sealed class LifeElement : Element
    {
        private readonly List<string> _log;

        public LifeElement(string name, List<string> log, bool hasInput = true)
            : base(name)
        {
            _log = log;
            if (hasInput)
            {
                AddInput();
            }
            else
            {
                AddOutput();
            }
        }

        public long FailAt { get; init; } = -1;

        public bool FailsToPrepare { get; init; }

        public bool FailsToStop { get; init; }

        public string FailsAt { get; init; } = "";

        public MediaFormat? Wanted { get; init; }

        protected internal override bool Accepts(InputPad input, MediaFormat format) => Wanted is null || format == Wanted;

        protected internal override MediaFormat? Preferred(InputPad input) => Wanted;

        protected internal override void Prepare()
        {
            if (FailsToPrepare)
            {
                throw new InvalidDataException("cannot open");
            }

            _log.Add($"prepare {Pipeline.State}");
        }

        protected internal override void Start() => Live("start", $"start {Pipeline.State}");

        protected internal override void Interrupt() => Live("interrupt");

        protected internal override void EndStream() => Live("end");

        protected internal override void Stop()
        {
            Live("stop");
            if (FailsToStop)
            {
                throw new InvalidOperationException("cannot stop");
            }
        }

        protected internal override void OnBuffer(InputPad input, MediaBuffer buffer)
        {
            long sequence = buffer.Sequence;
            buffer.Release();
            if (sequence == FailAt)
            {
                throw new InvalidDataException($"buffer {sequence} is bad");
            }
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            Live("dispose");
        }

        private void Live(string call, string? entry = null)
        {
            _log.Add(entry ?? call);
            if (call == FailsAt)
            {
                throw new InvalidOperationException($"cannot {call}");
            }
        }
    }
}
