using RetroVue.Media.Blocking;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>
/// The common part of tests with vivid, the kernel's virtual video test driver: one of its devices with known settings, and captures from
/// it. A capture must leave nothing behind after a test.
/// </summary>
/// <param name="bus">The device, by its bus. The first device has the single-planar interface, the second the multi-planar one.</param>
public abstract class VividFixture(string bus = "platform:vivid-000")
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    /// <summary>The device's file.</summary>
    protected string Node { get; private set; } = "";

    /// <summary>The buffers that the sink received.</summary>
    private protected List<(ClockTime Pts, long Sequence, BufferFlags Flags)> Buffers { get; } = [];

    /// <summary>The recorded system calls of the captures.</summary>
    private protected RecordingSystem Driver { get; private set; } = new();

    [SetUp]
    public void FindDevice()
    {
        try
        {
            Node = V4l2Devices.Resolve(V4l2System.Instance, bus);
        }
        catch (DeviceException exception)
        {
            Assert.Ignore($"There is no vivid device; it comes with the device VM. {exception.Message}");
        }

        Buffers.Clear();
        Driver = new RecordingSystem();

        // The stamp is that of the start of the exposure, because vivid's stamps of the end are up to a frame ahead. No counters are drawn
        // into the pictures.
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

    /// <summary>Captures and records the buffers until the test has seen enough.</summary>
    private protected Task<(Pipeline Pipeline, V4l2Source Source)> CaptureAsync(V4l2SourceOptions options, Func<MediaBuffer, bool> isEnough) =>
        RunAsync(options, Driver, buffer =>
        {
            Buffers.Add((buffer.Pts, buffer.Sequence, buffer.Flags));
            return isEnough(buffer);
        });

    /// <summary>Captures one picture that is all red. Asserts that each sample is at the place that the format says.</summary>
    private protected async Task CaptureRedAsync(V4l2SourceOptions options, PixelFormat pixels)
    {
        // The pattern "100% Red" has different components in each of the formats.
        Set("test_pattern=7");
        byte[][] planes = [];
        (Pipeline _, V4l2Source source) = await CaptureAsync(options, buffer =>
        {
            planes = [.. Enumerable.Range(0, buffer.Memory.PlaneCount).Select(i => buffer.Memory.Plane(i).ToArray())];
            return true;
        });
        Assert.That(((VideoFormat)source.Format!).PixelFormat, Is.EqualTo(pixels));

        // The bytes of one or two pixels in the order of the format.
        (int Y, int U, int V) red = (81, 90, 240);
        int[][] expected = pixels switch
        {
            PixelFormat.Yuyv422 => [[red.Y, red.U, red.Y, red.V]],
            PixelFormat.Uyvy422 => [[red.U, red.Y, red.V, red.Y]],
            PixelFormat.Nv12 => [[red.Y], [red.U, red.V]],
            PixelFormat.Yuv420P or PixelFormat.Yuv422P => [[red.Y], [red.U], [red.V]],
            PixelFormat.Rgb24 => [[255, 0, 0]],
            PixelFormat.Bgr24 => [[0, 0, 255]],
            PixelFormat.Rgba => [[255, 0, 0, -1]],
            PixelFormat.Bgra => [[0, 0, 255, -1]],

            // vivid converts a colour to grey with the weights of BT.709, at full range: 0.2126 of 255.
            PixelFormat.Gray8 => [[54]],
            _ => throw new ArgumentOutOfRangeException(nameof(pixels), pixels, "The bytes of red in this format are not known."),
        };
        for (int plane = 0; plane < expected.Length; plane++)
        {
            for (int i = 0; i < planes[plane].Length; i++)
            {
                int value = expected[plane][i % expected[plane].Length];

                // Two steps are allowed, because vivid rounds when it converts from linear light. A control of the driver sets alpha.
                Assert.That(value < 0 || Math.Abs(planes[plane][i] - value) <= 2, $"plane {plane}, byte {i}: {planes[plane][i]}, not {value}");
            }
        }
    }

    /// <summary>Captures until the test has seen enough, and disposes of everything.</summary>
    private protected static async Task<(Pipeline Pipeline, V4l2Source Source)> RunAsync(
        V4l2SourceOptions options, IV4l2System system, Func<MediaBuffer, bool> isEnough)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pipeline = new Pipeline();
        V4l2Source source = pipeline.Add(new V4l2Source("camera", options, system));
        pipeline.Link(source, pipeline.Add(new CollectingSink("sink", buffer =>
        {
            if (!enough.Task.IsCompleted && isEnough(buffer))
            {
                enough.TrySetResult();
            }
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
