using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>The driver's buffers go through a pipeline and return to the driver.</summary>
public sealed class V4l2BufferTests
{
    private static readonly V4l2SourceOptions s_four = new() { Device = SimulatedDriver.Node, BufferCount = 4 };

    [TestCase(false)]
    [TestCase(true)]
    public async Task Picture_rides_on_the_drivers_memory_and_goes_back_with_the_last_reference(bool isExported)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_four with { ExportDmaBuf = isExported });
        Assert.That(capture.Driver.OpenDescriptors, Is.EqualTo(isExported ? 5 : 1), "the device, and a DMABUF for each buffer");
        MediaBuffer? kept = null;
        capture.Sink.Keep = buffer => (kept = buffer) is not null;
        capture.Step();
        var memory = (V4l2Memory)kept!.Memory;
        Assert.That(capture.Driver.Queued, Is.EqualTo(3));
        Assert.That(memory.IsReadOnly, Is.EqualTo(isExported));
        Assert.That(memory.DmaBuf is { IsInvalid: false, IsClosed: false }, Is.EqualTo(isExported));
        Assert.That(memory.Plane(0).Length, Is.EqualTo(64 * 36 * 2));
        kept.Retain();
        kept.Release();
        Assert.That(capture.Driver.Queued, Is.EqualTo(3), "one buffer is still held");
        kept.Release();
        Assert.That(capture.Driver.Queued, Is.EqualTo(4));
        Assert.That(() => memory.Plane(0).Length, Throws.InstanceOf<ObjectDisposedException>(), "the memory is the driver's again");
    }

    [Test]
    public async Task Pictures_that_are_held_are_copied_before_the_driver_has_fewer_than_two_buffers()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_four);
        var held = new List<MediaBuffer>();
        capture.Sink.Keep = buffer =>
        {
            held.Add(buffer);
            return true;
        };
        capture.Step(10);
        Assert.That(held.Count(buffer => buffer.Memory is V4l2Memory), Is.EqualTo(2));
        Assert.That(capture.Source.CopiedBuffers, Is.EqualTo(8));
        Assert.That(capture.Driver.Queued, Is.EqualTo(2));
        Assert.That(held.Select(buffer => (long)buffer.Data[0]), Is.EqualTo(Enumerable.Range(0, 10)), "each shows its own picture");
        Assert.That(
            held.Select(buffer => buffer.Pts),
            Is.EqualTo(Enumerable.Range(0, 10).Select(i => capture.Driver.StampOf(i) - capture.Pipeline.BaseTime)));
        Assert.That(capture.Source.Statistics.Lost, Is.Zero);

        // The buffers are released late and on another thread.
        await Task.Run(() => held.ForEach(buffer => buffer.Release()));
        Assert.That(capture.Driver.Queued, Is.EqualTo(4));
        held.Clear();
        capture.Step(2);
        Assert.That(held.TrueForAll(buffer => buffer.Memory is V4l2Memory));
        held.ForEach(buffer => buffer.Release());
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Picture_that_is_held_when_the_source_stops_stays_valid_until_released(bool isExported)
    {
        var capture = await SimulatedCapture.StartAsync(s_four with { ExportDmaBuf = isExported });
        var held = new List<MediaBuffer>();
        capture.Sink.Keep = buffer =>
        {
            held.Add(buffer);
            return true;
        };
        capture.Step(2);
        await capture.Pipeline.StopAsync();
        Assert.That(capture.Driver.IsStreaming, Is.False);
        Assert.That(capture.Driver.Mappings, Is.EqualTo(2), "buffers that are not held are unmapped");
        Assert.That(held.Select(buffer => (int)buffer.Data[^1]), Is.EqualTo(new[] { 0, 1 }));
        await Task.Run(held[0].Release);
        Assert.That(capture.Driver.Mappings, Is.EqualTo(1));
        await capture.Pipeline.DisposeAsync();
        Assert.That(held[1].Data[^1], Is.EqualTo(1), "also after the source was disposed of");
        held[1].Release();
        await capture.DisposeAsync();
    }

    [Test]
    public async Task Pictures_given_back_while_the_source_stops_are_freed_once()
    {
        for (int i = 0; i < 300; i++)
        {
            await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_four with { ExportDmaBuf = i % 2 == 0 });
            var held = new List<MediaBuffer>();
            capture.Sink.Keep = buffer =>
            {
                held.Add(buffer);
                return true;
            };
            capture.Step(2);
            using var together = new Barrier(2);
            Task release = Task.Run(() =>
            {
                together.SignalAndWait();
                held.ForEach(buffer => buffer.Release());
            });
            together.SignalAndWait();
            await capture.Pipeline.StopAsync();
            await release;
        }
    }

    [TestCase("YUYV", false)]
    [TestCase("YUYV", true)]
    [TestCase("MJPG", false)]
    public async Task Steady_state_allocates_nothing(string format, bool isExported)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_four with { Format = format, ExportDmaBuf = isExported });
        MediaBuffer? last = null;

        // One buffer is always held, as a sink does that waits for its time. So the buffers return in another order than they came.
        capture.Sink.Keep = buffer =>
        {
            last?.Release();
            last = buffer;
            return true;
        };
        Assert.That(Measure(capture, 10_000), Is.Zero);
        Assert.That(capture.Source.CopiedBuffers, Is.Zero);
        last!.Release();
    }

    [Test]
    public async Task Steady_state_of_copies_and_of_estimated_times_allocates_nothing()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_four with { BufferCount = 2 },
            clock => new SimulatedDriver(clock) { StampFlags = 0 });
        capture.Sink.Keep = null;
        Assert.That(Measure(capture, 10_000), Is.Zero);
        Assert.That(capture.Source.CopiedBuffers, Is.GreaterThanOrEqualTo(10_000));
    }

    [Test]
    public async Task Pictures_given_back_by_another_thread_all_the_while_are_all_filled_again()
    {
        const int pictures = 20_000;
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_four);
        var queue = new System.Collections.Concurrent.BlockingCollection<MediaBuffer>(boundedCapacity: 16);
        capture.Sink.Keep = buffer =>
        {
            queue.Add(buffer);
            return true;
        };
        long wrong = 0;
        var reader = new Thread(() =>
        {
            foreach (MediaBuffer buffer in queue.GetConsumingEnumerable())
            {
                wrong += buffer.Data[0] == (byte)buffer.Sequence && buffer.Data[^1] == (byte)buffer.Sequence ? 0 : 1;
                buffer.Release();
            }
        });
        reader.Start();
        capture.Step(pictures);
        queue.CompleteAdding();
        reader.Join();
        Assert.That(wrong, Is.Zero);
        Assert.That(capture.Sink.Count, Is.EqualTo(pictures));
        Assert.That(capture.Driver.Queued, Is.EqualTo(4));
    }

    private static long Measure(SimulatedCapture capture, int pictures)
    {
        // After so many steps, the .NET runtime has compiled every method for good.
        capture.Step(2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        capture.Step(pictures);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
