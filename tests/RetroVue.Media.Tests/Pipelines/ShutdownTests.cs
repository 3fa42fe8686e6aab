using System.Threading.Channels;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>If a pipeline is stopped or disposed of, callers who wait for it return, and get no ObjectDisposedException.</summary>
public sealed class ShutdownTests
{
    [Test]
    public void Who_runs_a_pipeline_and_who_reads_its_events_are_let_go_as_it_is_stopped([Values] bool isDisposed)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue, pacedBy: executor.Clock)), pipeline.Add(new CollectingSink("sink")));
        Task run = pipeline.RunAsync();
        Task<int> reading = ReadAsync(pipeline.Events);
        executor.RunFor(ClockTime.FromSeconds(1));
        Assert.That((run.IsCompleted, reading.IsCompleted), Is.EqualTo((false, false)));
        if (!isDisposed)
        {
            executor.RunUntilCompleted(pipeline.StopAsync, ClockTime.FromSeconds(2));
            Assert.That(() => executor.RunUntilCompleted(run, ClockTime.FromSeconds(2)), Throws.Nothing, "a stop is no error");
        }

        executor.RunUntilCompleted(() => pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        Assert.That(() => executor.RunUntilCompleted(run, ClockTime.FromSeconds(2)), Throws.Nothing);
        Assert.That(() => reading, Throws.Nothing);
        Assert.That(() => executor.RunUntilCompleted(() => pipeline.RunAsync(), ClockTime.FromSeconds(3)), Throws.Nothing);
        Assert.That(() => executor.RunUntilCompleted(pipeline.StopAsync, ClockTime.FromSeconds(3)), Throws.Nothing);
        Assert.That(() => executor.RunUntilCompleted(() => pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(3)), Throws.Nothing);
        Assert.That(() => executor.RunUntilCompleted(() => pipeline.StartAsync(), ClockTime.FromSeconds(3)), Throws.TypeOf<InvalidOperationException>());
    }

    private static async Task<int> ReadAsync(ChannelReader<PipelineEvent> events)
    {
        int count = 0;
        await foreach (PipelineEvent seen in events.ReadAllAsync())
        {
            Assert.That(seen.Kind, Is.Not.Empty);
            count++;
        }

        return count;
    }
}
