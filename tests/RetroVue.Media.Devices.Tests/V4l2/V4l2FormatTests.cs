using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>The settings that the source makes on a device, and the errors if it cannot.</summary>
public sealed class V4l2FormatTests
{
    [Test]
    public async Task Prepare_options_left_out_take_the_device_as_it_is_set()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync();
        var expected = new VideoFormat(PixelFormat.Yuyv422, 64, 36, new Rational(25, 1))
        {
            Color = new ColorDescription("tv", "bt709", "iec61966-2-1", "smpte170m"),
        };
        Assert.That(capture.Source.Format, Is.EqualTo(expected));
        Assert.That(capture.Sink.Events, Is.EqualTo(new MediaEvent[] { new FormatChanged(expected), Segment.Default }));
        Assert.That(
            capture.Source.Latency,
            Is.EqualTo(new ElementLatency(ClockTime.FromMilliseconds(40), ClockTime.FromMilliseconds(240), IsLive: true)));
    }

    [Test]
    public async Task Prepare_sets_format_size_and_rate()
    {
        var options = new V4l2SourceOptions
        {
            Device = SimulatedDriver.Bus,
            Format = "YV12",
            Width = 128,
            Height = 72,
            FrameRate = new Rational(30000, 1001),
        };
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(options);
        var format = (VideoFormat)capture.Source.Format!;
        Assert.That((format.PixelFormat, format.Width, format.Height), Is.EqualTo((PixelFormat.Yuv420P, 128, 72)));
        Assert.That(format.FrameRate, Is.EqualTo(new Rational(30000, 1001)));
        capture.Step(3);
        Assert.That(capture.Buffers[2].Duration, Is.EqualTo(ClockTime.FromNanoseconds(33_366_667)));
    }

    [Test]
    public async Task Prepare_size_that_the_device_changes_is_refused_with_what_it_can_do()
    {
        await using var capture = new SimulatedCapture(new V4l2SourceOptions { Device = SimulatedDriver.Node, Width = 1920, Height = 1080 });
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.StartAsync()))!;
        Assert.That(failure.Message, Does.Contain("YUYV 1920x1080").And.Contain("YUYV 640x360").And.Contain("YUYV, MJPG, YV12"));
    }

    [Test]
    public async Task Prepare_format_that_the_device_lacks_is_refused_with_what_it_offers()
    {
        await using var capture = new SimulatedCapture(new V4l2SourceOptions { Device = SimulatedDriver.Node, Format = "NV12" });
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.StartAsync()))!;
        Assert.That(failure.Message, Does.Contain("NV12").And.Contain("YUYV, MJPG, YV12"));
    }

    [Test]
    public async Task Prepare_device_set_to_an_unknown_format_is_set_to_the_first_known_one()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            make: clock => new SimulatedDriver(clock) { Formats = ["pBAA", "MJPG", "YUYV"], Format = "pBAA" });
        Assert.That(capture.Source.Format, Is.InstanceOf<EncodedFormat>());
    }

    [TestCase((uint)LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE, "read()")]
    [TestCase((uint)LibcVideo.V4L2_CAP_VIDEO_CAPTURE, "read()")]
    [TestCase((uint)LibcVideo.V4L2_CAP_STREAMING, "not a video capture device")]
    public async Task Prepare_device_that_cannot_be_captured_from_is_refused_with_the_reason(uint capabilities, string reason)
    {
        await using var capture = new SimulatedCapture(make: clock => new SimulatedDriver(clock) { Capabilities = capabilities });
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.StartAsync()))!;
        Assert.That(failure.Message, Does.Contain(reason).And.Contain(SimulatedDriver.Node));
    }

    [Test]
    public async Task Prepare_device_that_is_not_there_is_refused_with_the_remedy()
    {
        foreach (string device in new[] { "/dev/video99", "no such camera" })
        {
            await using var capture = new SimulatedCapture(new V4l2SourceOptions { Device = device });
            ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.StartAsync()))!;
            Assert.That(failure.Message, Does.Contain(device).And.Contain("DeviceDirectory.List"));
        }
    }

    [Test]
    public async Task Prepare_device_with_too_little_memory_is_refused()
    {
        await using var capture = new SimulatedCapture(make: clock => new SimulatedDriver(clock) { MostBuffers = 1 });
        Assert.That(() => capture.Pipeline.StartAsync(), Throws.InstanceOf<ElementException>().With.Message.Contain("memory for 1 buffers"));
    }

    [Test]
    public async Task Compressed_pictures_are_packets_of_their_own_length_and_empty_ones_are_lost()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            new V4l2SourceOptions { Device = SimulatedDriver.Card, Format = "MJPG" },
            clock => new SimulatedDriver(clock) { PacketSize = frame => frame == 4 ? 0 : 100 + (uint)frame });
        var lengths = new List<int>();
        var marked = new List<long>();
        capture.Sink.Keep = buffer =>
        {
            lengths.Add(buffer.Data.Length);
            Assert.That(buffer.IsKeyFrame);
            if ((buffer.Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity)
            {
                marked.Add(buffer.Sequence);
            }

            return false;
        };
        capture.Step(8);
        var format = (EncodedFormat)capture.Source.Format!;
        Assert.That((format.Codec, format.Kind, format.Video!.Width, format.Video.Height), Is.EqualTo(("mjpeg", MediaKind.Video, 64, 36)));
        Assert.That(lengths, Is.EqualTo(new[] { 100, 101, 102, 103, 105, 106, 107 }));
        Assert.That(capture.Source.Statistics.Lost, Is.EqualTo(1));
        Assert.That(marked, Is.EqualTo(new long[] { 5 }));
    }

    [Test]
    public async Task Lines_keep_the_drivers_distance()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(make: clock => new SimulatedDriver(clock) { Padding = 32 });
        int stride = 0, length = 0;
        capture.Sink.Keep = buffer =>
        {
            (stride, length) = (buffer.Memory.Stride(0), buffer.Data.Length);
            return false;
        };
        capture.Step();
        Assert.That((stride, length), Is.EqualTo(((64 * 2) + 32, ((64 * 2) + 32) * 36)));
    }

    [TestCase("YUYV")]
    [TestCase("Y16-BE")]
    [TestCase("Y16")]
    public void Fourcc_text_and_code_are_the_same(string text) => Assert.That(V4l2Formats.Text(V4l2Formats.Parse(text)), Is.EqualTo(text));

    [TestCase("")]
    [TestCase("TOOLONG")]
    [TestCase("ÄBCD")]
    [TestCase("pBAA")]
    public void Options_format_that_cannot_be_carried_is_refused(string format) =>
        Assert.That(() => new V4l2Source("camera", new V4l2SourceOptions { Format = format }), Throws.ArgumentException);

    [Test]
    public void Options_out_of_range_are_refused()
    {
        V4l2SourceOptions[] wrong =
        [
            new() { Width = 640 }, new() { Height = 360 }, new() { Width = -1, Height = -1 }, new() { BufferCount = 1 }, new() { BufferCount = 33 },
            new() { Device = "" }, new() { Input = -1 },
        ];
        Assert.Multiple(() =>
        {
            foreach (V4l2SourceOptions options in wrong)
            {
                Assert.That(() => new V4l2Source("camera", options), Throws.ArgumentException);
            }
        });
    }
}
