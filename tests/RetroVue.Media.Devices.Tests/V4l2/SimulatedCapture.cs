using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>A source on a simulated driver. The test makes the source's steps itself: one for each picture.</summary>
internal sealed class SimulatedCapture : IAsyncDisposable
{
    // The start is not a whole number of microseconds, because base times never are.
    private static readonly ClockTime s_start = ClockTime.FromNanoseconds(5_000_000_777);

    public SimulatedCapture(V4l2SourceOptions? options = null, Func<ControllableClock, SimulatedDriver>? make = null)
    {
        var executor = new SimulatedExecutor(s_start);
        Clock = executor.Clock;
        Driver = make?.Invoke(executor.Clock) ?? new SimulatedDriver(executor.Clock);
        Pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        Source = Pipeline.Add(new V4l2Source("camera", options ?? new V4l2SourceOptions { Device = SimulatedDriver.Node }, Driver));
        Sink = Pipeline.Add(new CollectingSink("sink")
        {
            Keep = buffer =>
            {
                Buffers.Add((buffer.Pts, buffer.Uncertainty, buffer.Duration, buffer.Sequence, buffer.Flags));
                return false;
            },
        });
        Pipeline.Link(Source, Sink);
    }

    public ControllableClock Clock { get; }

    public SimulatedDriver Driver { get; }

    public Pipeline Pipeline { get; }

    public V4l2Source Source { get; }

    public CollectingSink Sink { get; }

    public List<(ClockTime Pts, ClockTime Uncertainty, ClockTime Duration, long Sequence, BufferFlags Flags)> Buffers { get; } = [];

    public static async Task<SimulatedCapture> StartAsync(V4l2SourceOptions? options = null, Func<ControllableClock, SimulatedDriver>? make = null)
    {
        var capture = new SimulatedCapture(options, make);
        await capture.Pipeline.StartAsync();
        return capture;
    }

    /// <summary>Steps until a number of pictures have come. If pictures are lost, a step may bring none.</summary>
    public void StepUntil(long count)
    {
        while (Sink.Count < count)
        {
            Step();
        }
    }

    public void Step(int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            Source.Tasks[0].Step();
        }
    }

    /// <summary>Stops, and asserts that nothing was left behind and that no call was misused.</summary>
    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(Driver.OpenDescriptors, Is.Zero, "descriptors left open");
            Assert.That(Driver.Mappings, Is.Zero, "buffers left mapped");
            Assert.That(Driver.Misuses, Is.Empty);
            Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive");
        });
        Driver.Dispose();
    }
}
