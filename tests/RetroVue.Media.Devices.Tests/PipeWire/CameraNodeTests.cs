using System.Diagnostics;
using System.Security.Cryptography;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>The kernel's camera (vivid) as a node of PipeWire, with DMABUFs as its buffers; in a virtual machine that has vivid.</summary>
[Category("DeviceVm")]
[NonParallelizable]
public sealed class CameraNodeTests
{
    private static readonly Rational s_rate = new(10, 1);

    private string _camera = "";

    [SetUp]
    public void FindCamera()
    {
        DeviceInfo? device = V4l2Devices.List().FirstOrDefault(candidate => candidate.Name == "vivid");
        if (device is null)
        {
            Assert.Ignore("There is no vivid device; it comes with the device VM.");
        }

        _camera = device.Id;
        // The stamp is that of the start of the exposure, because vivid's stamps of the end are in the future. No counters are drawn into
        // the pictures.
        using Process set = Process.Start("v4l2-ctl", ["-d", _camera, "-c", "timestamp_source=1,osd_text_mode=2,test_pattern=0"]);
        set.WaitForExit();
    }

    [Test]
    public async Task Camera_s_dmabufs_bear_the_drivers_times_and_show_the_same_picture_as_the_device_itself()
    {
        (string Hash, int Values) direct = await TakeOneAsync(new V4l2Source("camera", new V4l2SourceOptions
        {
            Device = _camera, Format = "YUYV", Width = 320, Height = 180, FrameRate = s_rate,
        }));
        using PipeWireDaemon daemon = PipeWireDaemon.Start("-c", _camera);
        Capture capture = await Capture.RunAsync(
            Node(daemon), ClockTime.FromSeconds(3), record => ClockTime.FromNanoseconds(record.pts), keep: 1);
        // The buffers that the sink has kept are still mapped.
        string[] maps = await File.ReadAllLinesAsync("/proc/self/maps");
        string[] shared = [.. maps.Where(line => line.Contains("dmabuf", StringComparison.Ordinal))];
        (string Hash, int Values) byNode = Describe(capture.Sink.Kept.Peek());
        capture.Sink.Release();
        await TestContext.Out.WriteLineAsync($"{capture.Statistics}, {shared.Length} mappings of DMABUFs, {capture.Copied} copied");
        Assert.That(shared, Is.Not.Empty, "the buffers are DMABUFs");
        Assert.That(capture.Taken.Select(taken => taken.Pts), Is.EqualTo(capture.Expected), "to the nanosecond");
        Assert.That(capture.Statistics.Estimated, Is.Zero);
        // The driver's stamp is that of the start of the exposure. So a picture comes an interval or more after its stamp.
        Assert.That(capture.Statistics.Lateness, Is.GreaterThan(ClockTime.Zero).And.LessThan(ClockTime.FromSeconds(1)));
        Assert.That(direct.Values, Is.GreaterThan(4), "colour bars, not an empty buffer");
        Assert.That(byNode, Is.EqualTo(direct));
    }

    [Test]
    public async Task Camera_s_dmabufs_are_copied_where_too_many_are_held()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start("-c", _camera);
        Capture capture = await Capture.RunAsync(Node(daemon), ClockTime.FromSeconds(3), keep: 12);
        (string Hash, int Values)[] pictures = [.. capture.Sink.Kept.Select(Describe)];
        capture.Sink.Release();
        Assert.That(capture.Copied, Is.Positive);
        Assert.That(pictures, Has.Length.EqualTo(12));
        Assert.That(pictures, Is.All.EqualTo(pictures[0]), "a still picture");
        Assert.That(pictures[0].Values, Is.GreaterThan(4), "colour bars, not an empty buffer");
    }

    private static PipeWireVideoSource Node(PipeWireDaemon daemon) => new("camera", new PipeWireVideoSourceOptions
    {
        Remote = daemon.Remote,
        Target = "test-camera",
        PixelFormats = [PixelFormat.Yuyv422],
        Width = 320,
        Height = 180,
        FrameRate = s_rate,
        OpenLimit = ClockTime.FromSeconds(30),
    });

    private static async Task<(string Hash, int Values)> TakeOneAsync(Element source)
    {
        (string Hash, int Values) picture = default;
        await using var pipeline = new Pipeline();
        pipeline.Add(source);
        pipeline.Link(source, pipeline.Add(new CollectingSink("sink", buffer => picture = Describe(buffer))));
        await pipeline.StartAsync();
        await Until.TrueAsync(() => picture.Hash is not null, limit: TimeSpan.FromSeconds(60));
        await pipeline.StopAsync();
        return picture;
    }

    /// <summary>Returns a hash of a picture and the number of its different bytes, without a copy of the picture.</summary>
    private static (string Hash, int Values) Describe(MediaBuffer buffer)
    {
        var values = new HashSet<byte>();
        foreach (byte value in buffer.Data)
        {
            values.Add(value);
        }

        return (Convert.ToHexString(SHA256.HashData(buffer.Data)), values.Count);
    }
}
