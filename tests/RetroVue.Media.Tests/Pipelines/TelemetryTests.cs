using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>Each instrument of docs/telemetry.md changes when it should, and keeps no object alive.</summary>
public sealed class TelemetryTests
{
    [Test]
    public void Pipeline_is_counted_while_it_runs_and_where_it_fails()
    {
        using var meters = new TestMeters();
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor, MeterFactory = meters });
        using var measured = new Measurements(meters);
        pipeline.Link(
            pipeline.Add(new CountingSource("source", long.MaxValue, pacedBy: executor.Clock)),
            pipeline.Add(new CollectingSink("sink", buffer =>
            {
                if (buffer.Sequence == 10)
                {
                    throw new TimeoutException("It does not answer.");
                }
            })));
        Assert.That(measured.Look("retrovue.pipeline.running"), Is.EqualTo(new[] { 0.0 }));
        executor.RunUntilCompleted(pipeline.StartAsync(), ClockTime.FromSeconds(1));
        pipeline.Report("late", "sink", "It is late.");
        Assert.That(measured.Look("retrovue.pipeline.running"), Is.EqualTo(new[] { 1.0 }));
        Assert.That(measured.Sum("retrovue.pipeline.failures"), Is.Zero);
        Assert.That(() => executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(2)), Throws.InstanceOf<ElementException>());
        Assert.That(measured.Look("retrovue.pipeline.running"), Is.EqualTo(new[] { 0.0 }));
        Assert.That(measured.Sum("retrovue.pipeline.failures", "reason=transient"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.pipeline.events", "kind=late"), Is.EqualTo(1));
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(3));
    }

    [Test]
    public void Queue_shows_its_level_while_it_runs_and_counts_what_it_drops()
    {
        using var meters = new TestMeters();
        var executor = new SimulatedExecutor { HangsUntil = task => task.Name.Contains("queue", StringComparison.Ordinal) ? ClockTime.FromSeconds(5) : ClockTime.None };
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor, MeterFactory = meters });
        using var measured = new Measurements(meters);
        var queue = new BufferQueue("queue", new QueueLimits(30, ClockTime.None), QueuePolicy.DropIncoming);
        var element = new QueueUser(pipeline, queue);
        Assert.That(measured.Look("retrovue.queue.level"), Is.Empty, "the pipeline does not run yet");
        executor.RunUntilCompleted(pipeline.StartAsync(), ClockTime.FromSeconds(1));
        element.Push(40);
        Assert.That(measured.Look("retrovue.queue.level", "element=queue"), Is.EqualTo(new[] { 30.0 }));
        Assert.That(measured.Sum("retrovue.queue.dropped", "element=queue"), Is.EqualTo(10));
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(20));
        Assert.That(measured.Look("retrovue.queue.level"), Is.Empty, "the pipeline runs no more");
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Queue_that_nobody_stops_is_not_kept_to_be_measured()
    {
        using var meters = new TestMeters();
        WeakReference abandoned = Abandon(meters);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(abandoned.IsAlive, Is.False);
        using var measured = new Measurements(meters);
        Assert.That(measured.Look("retrovue.queue.level"), Is.Empty);
    }

    [Test]
    public void Measuring_allocates_nothing_whether_or_not_somebody_listens([Values] bool listens)
    {
        using var meters = new TestMeters();
        MediaTelemetry telemetry = MediaTelemetry.Of(meters);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (listens && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.Start();
        var queue = new BufferQueue("queue");
        Measure(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Measure(1000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Measure(int times)
        {
            for (int i = 0; i < times; i++)
            {
                telemetry.Dropped(queue);
                telemetry.Reported("late");
            }
        }
    }

    [Test]
    public void Pipelines_that_begin_at_the_same_time_share_one_set_of_instruments()
    {
        for (int i = 0; i < 100; i++)
        {
            using var meters = new TestMeters();
            var all = new MediaTelemetry[8];
            Parallel.For(0, all.Length, number => all[number] = MediaTelemetry.Of(meters));
            Assert.That(all, Has.All.SameAs(all[0]));
            Assert.That(meters.Count, Is.EqualTo(1));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Abandon(TestMeters meters)
    {
        var queue = new BufferQueue("queue");
        MediaTelemetry.Of(meters).Watch(queue);
        return new WeakReference(queue);
    }

    /// <summary>Feeds a queue when the test calls it.</summary>
    private sealed class QueueUser : Element
    {
        private readonly OutputPad _output;

        public QueueUser(Pipeline pipeline, BufferQueue queue)
            : base("user")
        {
            _output = AddOutput();
            AddTask(static () => StepResult.Idle, StepPlacement.Shared);
            pipeline.Link(pipeline.Add(this), pipeline.Add(queue), pipeline.Add(new CollectingSink("sink")));
        }

        public void Push(int buffers)
        {
            for (int i = 0; i < buffers; i++)
            {
                _output.Push(MediaBuffer.Create(HeapMemory.Create(8)));
            }
        }

        protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();
    }
}
