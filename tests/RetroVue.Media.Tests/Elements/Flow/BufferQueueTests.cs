using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Flow;

public sealed class BufferQueueTests
{
    [Test]
    public void Full_by_count_stops_the_source_and_loses_nothing()
    {
        using var bench = new Bench(new QueueLimits(10, ClockTime.None), QueuePolicy.Wait);
        bench.Push(Ms(0), Ms(40), Ms(80));
        Assert.That(bench.Gate.IsOpen, Is.True);
        bench.Push([.. Enumerable.Range(3, 7).Select(i => Ms(40 * i))]);
        Assert.That(bench.Gate.IsOpen, Is.False, "ten buffers");
        Assert.That(bench.Queue.Count, Is.EqualTo(10));
        bench.Drain();
        Assert.That(bench.Gate.IsOpen, Is.True);
        Assert.That(bench.Taken, Is.EqualTo(Enumerable.Range(0, 10).Select(i => Ms(40 * i))));
        Assert.That(bench.Queue.Dropped, Is.Zero);
    }

    [Test]
    public void Full_by_duration_counts_from_the_first_buffer()
    {
        using var bench = new Bench(new QueueLimits(1000, Ms(200)), QueuePolicy.Wait);
        bench.Push(Ms(1000), Ms(1100), Ms(1199));
        Assert.That(bench.Gate.IsOpen, Is.True);
        bench.Push(Ms(1200));
        Assert.That(bench.Gate.IsOpen, Is.False, "200 ms are in the queue, and nothing was taken out");
        bench.Drain();
        Assert.That(bench.Gate.IsOpen, Is.True);
    }

    [Test]
    public void Full_queue_has_room_again_once_half_is_taken()
    {
        using var bench = new Bench(new QueueLimits(200, ClockTime.None), QueuePolicy.Wait);
        bench.Push([.. Enumerable.Range(0, 200).Select(i => Ms(i))]);
        // The reader takes 64 buffers in a step.
        bench.Queue.Tasks[0].Step();
        Assert.That((bench.Queue.Count, bench.Gate.IsOpen), Is.EqualTo((136, false)));
        bench.Queue.Tasks[0].Step();
        Assert.That((bench.Queue.Count, bench.Gate.IsOpen), Is.EqualTo((72, true)));
    }

    [Test]
    public void Drop_incoming_keeps_the_oldest_and_counts_what_it_drops()
    {
        using var bench = new Bench(new QueueLimits(3, ClockTime.None), QueuePolicy.DropIncoming);
        bench.Push([.. Enumerable.Range(0, 10).Select(i => Ms(i))]);
        Assert.That(bench.Queue.Dropped, Is.EqualTo(7));
        bench.Drain();
        bench.Push(Ms(10));
        bench.Drain();
        Assert.That(bench.Taken, Is.EqualTo(new[] { Ms(0), Ms(1), Ms(2), Ms(10) }));
    }

    [Test]
    public void Events_keep_their_place_and_are_never_dropped()
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var gap = new Gap(Ms(5), Ms(5));
        var segment = new Segment(Ms(1), ClockTime.None, Ms(0));
        var source = pipeline.Add(new ScriptedSource("source", 1, (0, segment), (0, Ms(1)), (0, gap), (0, Ms(10)), (0, Ms(11))));
        var queue = pipeline.Add(new BufferQueue("queue", new QueueLimits(2, ClockTime.None), QueuePolicy.DropIncoming));
        var order = new List<string>();
        var sink = pipeline.Add(new CollectingSink("sink", buffer => order.Add($"{buffer.Pts}")));
        pipeline.Link(source, queue, sink);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        Assert.That(sink.Events, Is.EqualTo(new MediaEvent[] { segment, gap, EndOfStream.Instance }));
        Assert.That(order, Is.Not.Empty);
    }

    [Test]
    public void Stop_releases_everything()
    {
        using var bench = new Bench(new QueueLimits(3, ClockTime.None), QueuePolicy.Wait);
        bench.Push(Ms(0), Ms(1), Ms(2));
        Assert.That(MediaBuffer.LiveCount, Is.EqualTo(3));
        bench.Queue.Stop();
        Assert.That(bench.Queue.Count, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Limit_below_one_throws() =>
        Assert.That(() => new BufferQueue("queue", new QueueLimits(0, ClockTime.None)), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public async Task Chain_of_short_queues_on_threads_of_their_own_delivers_all_in_order()
    {
        const int count = 30_000;
        await using var pipeline = new Pipeline();
        var source = pipeline.Add(new CountingSource("source", count, placement: StepPlacement.OwnThread));
        Element last = source;
        for (int i = 0; i < 3; i++)
        {
            var queue = pipeline.Add(new BufferQueue($"queue{i}", new QueueLimits(1 + (3 * i), ClockTime.None)));
            pipeline.Link(last, queue);
            last = queue;
        }

        long next = 0;
        long wrong = 0;
        pipeline.Link(last, pipeline.Add(new CollectingSink("sink", buffer => wrong += buffer.Sequence == next++ ? 0 : 1)));
        await pipeline.RunAsync();
        Assert.That((next, wrong), Is.EqualTo((count, 0L)));
    }

    [Test]
    public void Queue_hands_over_without_delay_in_simulated_time()
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var source = pipeline.Add(new CountingSource("source", 100, new Rational(25, 1), executor.Clock));
        var queue = pipeline.Add(new BufferQueue("queue"));
        var probe = pipeline.Add(new TimestampProbe("probe", 100));
        pipeline.Link(source, queue, probe);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(10));
        Assert.That(probe.Snapshot().Select(record => record.SeenAt), Is.EqualTo(probe.Snapshot().Select(record => record.Pts)));
    }

    private static ClockTime Ms(long milliseconds) => ClockTime.FromMilliseconds(milliseconds);

    /// <summary>A queue whose input and output the test operates by hand.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly Pipeline _pipeline = new();

        public Bench(QueueLimits limits, QueuePolicy policy)
        {
            Queue = _pipeline.Add(new BufferQueue("queue", limits, policy));
            _pipeline.Link(Queue, _pipeline.Add(new CollectingSink("sink", buffer => Taken.Add(buffer.Dts))));
        }

        public BufferQueue Queue { get; }

        public RoomGate Gate => Queue.Inputs[0].Gate!;

        public List<ClockTime> Taken { get; } = [];

        public void Push(params ClockTime[] times)
        {
            foreach (ClockTime time in times)
            {
                MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(1));
                buffer.Dts = time;
                Queue.OnBuffer(Queue.Inputs[0], buffer);
            }
        }

        public void Drain()
        {
            while (Queue.Tasks[0].Step().State == StepState.Ready)
            {
            }
        }

        public void Dispose() => Queue.Stop();
    }
}
