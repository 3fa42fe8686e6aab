using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>
/// The planes of a picture are one after the other in one memory, or each in a memory of its own (multi-planar interface).
/// </summary>
public sealed class V4l2PlaneTests
{
    private static readonly V4l2SourceOptions s_four = new() { Device = SimulatedDriver.Node, BufferCount = 4 };

    // The offsets, lengths and strides of a picture of 6x5 with 8 bytes from line to line, by the kernel's description of each format.
    [TestCase("NV12", "0:0+40/8 0:40+24/8")]
    [TestCase("YU12", "0:0+40/8 0:40+12/4 0:52+12/4")]
    [TestCase("YV12", "0:0+40/8 0:52+12/4 0:40+12/4")]
    [TestCase("422P", "0:0+40/8 0:40+20/4 0:60+20/4")]
    [TestCase("GREY", "0:0+40/8")]
    public void Planes_of_one_memory_lie_where_the_kernel_says(string format, string expected) =>
        Assert.That(PlanesOf(format, 8), Is.EqualTo(expected));

    // The same picture with each plane in a memory of its own. The driver declares the strides of the chroma planes, which need not be half
    // of luma's.
    [TestCase("NM12", "0:0+40/8 1:0+48/16")]
    [TestCase("YM12", "0:0+40/8 1:0+48/16 2:0+72/24")]
    [TestCase("YM21", "0:0+40/8 2:0+72/24 1:0+48/16")]
    [TestCase("YM16", "0:0+40/8 1:0+80/16 2:0+120/24")]
    [TestCase("YM61", "0:0+40/8 2:0+120/24 1:0+80/16")]
    public void Planes_of_a_memory_each_have_the_drivers_own_strides(string format, string expected) =>
        Assert.That(PlanesOf(format, 8, 16, 24), Is.EqualTo(expected));

    [TestCase("NM12", "0:0+40/8 1:0+24/8")]
    [TestCase("YM12", "0:0+40/8 1:0+12/4 2:0+12/4")]
    public void Planes_whose_chroma_stride_is_not_told_follow_from_luma(string format, string expected) =>
        Assert.That(PlanesOf(format, 8, 0, 0), Is.EqualTo(expected));

    // A driver may leave out the number of bytes from line to line.
    [TestCase("YUYV", 12)]
    [TestCase("UYVY", 12)]
    [TestCase("RGB3", 18)]
    [TestCase("BGR3", 18)]
    [TestCase("AB24", 24)]
    [TestCase("AR24", 24)]
    [TestCase("GREY", 6)]
    public void Planes_without_a_stride_have_that_of_their_pixels(string format, int stride) =>
        Assert.That(PlanesOf(format, 0), Is.EqualTo($"0:0+{stride * 5}/{stride}"));

    [TestCase(false)]
    [TestCase(true)]
    public async Task Multi_planar_picture_has_a_memory_for_each_plane(bool isExported)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_four with { ExportDmaBuf = isExported }, clock => MultiPlanar(clock, "NM12", header: 16));
        Assert.That(capture.Driver.Mappings, Is.EqualTo(8), "two for each buffer");
        Assert.That(capture.Driver.OpenDescriptors, Is.EqualTo(isExported ? 9 : 1));
        MediaBuffer? kept = null;
        capture.Sink.Keep = buffer => (kept = buffer) is not null;
        capture.Step();
        var memory = (V4l2Memory)kept!.Memory;
        Assert.That(((VideoFormat)capture.Source.Format!).PixelFormat, Is.EqualTo(PixelFormat.Nv12));
        Assert.That(memory.PlaneCount, Is.EqualTo(2));
        Assert.That((memory.Plane(0).Length, memory.Plane(1).Length), Is.EqualTo((64 * 36, 64 * 18)));
        Assert.That((memory.Stride(0), memory.Stride(1)), Is.EqualTo((64, 64)));
        Assert.That(memory.Plane(0).IndexOfAnyExcept((byte)0), Is.EqualTo(-1), "the first picture's luma, and nothing of what stands before it");
        Assert.That(memory.Plane(1).IndexOfAnyExcept((byte)100), Is.EqualTo(-1));
        Assert.That((memory.PlaneOffset(0), memory.PlaneOffset(1)), Is.EqualTo((16, 16)));
        Assert.That(memory.PlaneDmaBuf(0), isExported ? Is.SameAs(memory.DmaBuf).And.Not.Null : Is.Null);
        Assert.That(memory.PlaneDmaBuf(1), isExported ? Is.Not.Null.And.Not.SameAs(memory.DmaBuf) : Is.Null);
        Assert.That(() => memory.PlaneDmaBuf(2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        MediaMemory clone = memory.Clone();
        Assert.That((clone.Plane(0)[^1], clone.Plane(1)[^1]), Is.EqualTo(((byte)0, (byte)100)));
        clone.Release();
        kept.Release();
        Assert.That(capture.Driver.Queued, Is.EqualTo(4));
        capture.Sink.Keep = null;
        capture.Step(20);
    }

    [Test]
    public async Task Multi_planar_packet_is_its_data_without_what_stands_before_them()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_four, clock => MultiPlanar(clock, "MJPG", header: 24));
        var lengths = new List<int>();
        capture.Sink.Keep = buffer =>
        {
            lengths.Add(buffer.Data.Length);
            Assert.That(buffer.Data[0], Is.EqualTo((byte)buffer.Sequence));
            return false;
        };
        capture.Step(3);
        Assert.That(lengths, Is.EqualTo(new[] { 100, 101, 102 }));
    }

    [Test]
    public async Task Multi_planar_device_loses_and_stamps_as_any_other()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_four, clock => MultiPlanar(clock, "YUYV"));
        capture.Driver.Dropped.Add(4);
        capture.StepUntil(8);
        Assert.That(capture.Buffers.Select(buffer => buffer.Sequence), Is.EqualTo(new long[] { 0, 1, 2, 3, 5, 6, 7, 8 }));
        Assert.That(capture.Buffers.Select(buffer => buffer.Pts), Is.EqualTo(
            capture.Buffers.Select(buffer => capture.Driver.StampOf(buffer.Sequence) - capture.Pipeline.BaseTime)));
        Assert.That(capture.Source.Statistics.Lost, Is.EqualTo(1));
    }

    [Test]
    public async Task Multi_planar_device_is_set_to_what_the_options_ask_for()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_four with { Format = "NM12", Width = 128, Height = 72 }, clock => MultiPlanar(clock, "YUYV"));
        var format = (VideoFormat)capture.Source.Format!;
        Assert.That((format.PixelFormat, format.Width, format.Height), Is.EqualTo((PixelFormat.Nv12, 128, 72)));
        capture.Step(3);
        Assert.That(capture.Buffers, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Multi_planar_steady_state_allocates_nothing()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_four with { ExportDmaBuf = true }, clock => MultiPlanar(clock, "NM12"));
        capture.Sink.Keep = null;

        // After so many steps, the .NET runtime has compiled every method for good.
        capture.Step(2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        capture.Step(10_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static SimulatedDriver MultiPlanar(Testing.ControllableClock clock, string format, uint header = 0) => new(clock)
    {
        Capabilities = LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE | LibcVideo.V4L2_CAP_STREAMING,
        Formats = ["YUYV", "NM12", "MJPG"],
        Format = format,
        Header = header,
    };

    private static string PlanesOf(string format, params uint[] strides)
    {
        var picture = new v4l2_pix_format_mplane
        {
            width = 6,
            height = 5,
            pixelformat = V4l2Formats.Parse(format),
            num_planes = (byte)strides.Length,
        };
        for (int i = 0; i < strides.Length; i++)
        {
            picture.plane_fmt[i].bytesperline = strides[i];
        }

        return string.Join(' ', V4l2Formats.PlanesOf(picture).Select(plane => $"{plane.Part}:{plane.Offset}+{plane.Length}/{plane.Stride}"));
    }
}
