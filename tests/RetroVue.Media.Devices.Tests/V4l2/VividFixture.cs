using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>
/// What tests with the kernel's virtual video test driver, vivid, have in common: its first device, set to known ground, and captures
/// from it. Nothing of a capture may be left after a test.
/// </summary>
public abstract class VividFixture
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    /// <summary>The device's file.</summary>
    protected string Node { get; private set; } = "";

    /// <summary>What the sink was given.</summary>
    private protected List<(ClockTime Pts, long Sequence, BufferFlags Flags)> Buffers { get; } = [];

    /// <summary>The system's calls of the captures, written down.</summary>
    private protected RecordingSystem Driver { get; private set; } = new();

    [SetUp]
    public void FindDevice()
    {
        DeviceInfo? device = V4l2Devices.List().FirstOrDefault(candidate => candidate.Name == "vivid");
        if (device is null)
        {
            Assert.Ignore("There is no vivid device; it comes with the device VM.");
        }

        Node = device.Id;
        Buffers.Clear();
        Driver = new RecordingSystem();

        // Start of exposure: vivid's stamps of the end lie up to a frame ahead. And pictures without counters in them.
        Set("timestamp_source=1,wrap_sequence_number=0,percentage_of_dropped_buffers=0,osd_text_mode=2,test_pattern=0");
    }

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(Driver.Left, Is.EqualTo((0, 0)), "descriptors and mappings");
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private protected void Set(string controls) => Tool.OutputOf("v4l2-ctl", "-d", Node, "-c", controls);

    private protected Task<(Pipeline Pipeline, V4l2Source Source)> CaptureAsync(V4l2SourceOptions options, int count) =>
        CaptureAsync(options, _ => Buffers.Count >= count);

    /// <summary>Captures, writing down what comes, until the test has seen enough.</summary>
    private protected Task<(Pipeline Pipeline, V4l2Source Source)> CaptureAsync(V4l2SourceOptions options, Func<MediaBuffer, bool> isEnough) =>
        RunAsync(options, Driver, buffer =>
        {
            Buffers.Add((buffer.Pts, buffer.Sequence, buffer.Flags));
            return isEnough(buffer);
        });

    /// <summary>Captures until the test has seen enough, and takes down everything.</summary>
    private protected static async Task<(Pipeline Pipeline, V4l2Source Source)> RunAsync(
        V4l2SourceOptions options, IV4l2System system, Func<MediaBuffer, bool> isEnough)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pipeline = new Pipeline();
        V4l2Source source = pipeline.Add(new V4l2Source("camera", options, system));
        pipeline.Link(source, pipeline.Add(new PictureSink("sink", buffer =>
        {
            if (!enough.Task.IsCompleted && isEnough(buffer))
            {
                enough.TrySetResult();
            }

            return false;
        })));
        await pipeline.StartAsync();
        using CancellationTokenSource stop = Watchdog.CancelAfter(s_limit);
        Task run = pipeline.RunAsync(stop.Token);
        if (await Task.WhenAny(run, enough.Task) == run)
        {
            await run;
        }

        await pipeline.StopAsync();
        await run;
        return (pipeline, source);
    }
}
