using RetroVue.Media.Clocks;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>A running pipeline delivers buffers to its sinks, and ends at the right time.</summary>
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
        // Simulated time jumps exactly to each deadline, so a buffer passes exactly at its presentation time.
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
        // There is a frame every 40 ms, from zero to two seconds.
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

    private static (Pipeline Pipeline, SimulatedExecutor Executor) Simulated()
    {
        var executor = new SimulatedExecutor();
        return (new Pipeline(new PipelineOptions { Executor = executor }), executor);
    }
}
