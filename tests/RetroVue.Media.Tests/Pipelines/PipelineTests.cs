using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class PipelineTests
{
    [Test]
    public async Task Run_threaded_through_queue_and_tee_delivers_every_buffer_in_order()
    {
        const int count = 100_000;
        var pipeline = new Pipeline();
        await using (pipeline)
        {
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

        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Run_simulated_paced_source_passes_buffers_at_their_running_time()
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var line = new RetroVue.Media.Clocks.DisciplinedClock(executor.Clock, ClockTime.Zero, "line");
        CountingSource source = pipeline.Add(new CountingSource("source", 90_000, new Rational(30000, 1001), line));
        BufferQueue queue = pipeline.Add(new BufferQueue("queue"));
        TimestampProbe probe = pipeline.Add(new TimestampProbe("probe", 90_000));
        pipeline.Link(source, queue, probe);
        Task run = pipeline.RunAsync();
        executor.RunUntilCompleted(run, ClockTime.FromSeconds(10_000));
        TimestampRecord[] records = probe.Snapshot();
        Assert.That(records, Has.Length.EqualTo(90_000));
        // Simulated time jumps exactly to each deadline, so presentation and passing agree to the nanosecond.
        Assert.That(records.All(record => record.SeenAt == record.Pts), Is.True);
    }
}
