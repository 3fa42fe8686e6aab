using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>Captures from vivid's second device, which has the multi-planar interface; in a virtual machine that has vivid.</summary>
[Category("DeviceVm")]
public sealed class VividPlanesTests() : VividFixture(Bus)
{
    private const string Bus = "platform:vivid-001";

    private static readonly V4l2SourceOptions s_small = new()
    {
        Device = Bus,
        Format = "NM12",
        Width = 320,
        Height = 180,
        FrameRate = new Rational(10, 1),
        BufferCount = 8,
    };

    [Test]
    public void List_shows_formats_of_one_memory_and_of_several()
    {
        DeviceInfo device = V4l2Devices.List().Single(candidate => candidate.Id == Node);
        Assert.That(
            device.Capabilities.OfType<VideoCapability>().Select(capability => capability.Format).Distinct(StringComparer.Ordinal),
            Is.SupersetOf(new[] { "YUYV", "NV12", "NM12", "YM12", "YM21", "YM16" }));
    }

    // Formats of one, two and three memories. In the memory of YUYV, vivid puts 128 bytes before the data.
    [TestCase("YUYV", PixelFormat.Yuyv422)]
    [TestCase("YU12", PixelFormat.Yuv420P)]
    [TestCase("NM12", PixelFormat.Nv12)]
    [TestCase("YM12", PixelFormat.Yuv420P)]
    [TestCase("YM21", PixelFormat.Yuv420P)]
    [TestCase("YM16", PixelFormat.Yuv422P)]
    [TestCase("YM61", PixelFormat.Yuv422P)]
    public Task Capture_raw_format_has_each_sample_where_it_says(string fourcc, PixelFormat pixels) =>
        CaptureRedAsync(s_small with { Format = fourcc }, pixels);

    [Test]
    public async Task Capture_pts_is_the_drivers_stamp_and_drops_are_the_gaps_in_its_count()
    {
        Set("percentage_of_dropped_buffers=30");
        (Pipeline pipeline, V4l2Source source) = await CaptureAsync(s_small, 30);
        Dictionary<uint, ClockTime> stamps = Driver.Pictures.ToDictionary(picture => picture.Sequence, picture => picture.Stamp);
        Assert.That(
            Buffers.Select(buffer => buffer.Pts), Is.EqualTo(Buffers.Select(buffer => stamps[(uint)buffer.Sequence] - pipeline.BaseTime)));
        long gaps = Buffers[^1].Sequence - Buffers[0].Sequence + 1 - Buffers.Count;
        Assert.That(gaps, Is.GreaterThan(0), "at 30 % of 30 pictures the chance that none is dropped is 1 in 40 000");
        Assert.That(source.Statistics.Lost, Is.GreaterThanOrEqualTo(gaps), "and what was dropped after the last that the sink saw");
    }

    [Test]
    public async Task Capture_dmabufs_of_both_planes_show_the_same_picture_as_mmap()
    {
        byte[][] mapped = [], exported = [];
        await CaptureAsync(s_small, buffer => (mapped = [buffer.Memory.Plane(0).ToArray(), buffer.Memory.Plane(1).ToArray()]).Length > 0);
        bool hasDescriptors = false;
        await CaptureAsync(s_small with { ExportDmaBuf = true }, buffer =>
        {
            exported = [buffer.Memory.Plane(0).ToArray(), buffer.Memory.Plane(1).ToArray()];
            hasDescriptors = buffer.Memory is V4l2Memory memory && memory.PlaneDmaBuf(0) is { IsInvalid: false } first
                && memory.PlaneDmaBuf(1) is { IsInvalid: false } second && first.DangerousGetHandle() != second.DangerousGetHandle();
            return true;
        });
        Assert.That(hasDescriptors);
        Assert.That((mapped[0].Length, mapped[1].Length), Is.EqualTo((320 * 180, 320 * 90)));
        Assert.That(mapped[0].Distinct().Count(), Is.GreaterThan(4), "colour bars, not an empty buffer");
        Assert.That(exported, Is.EqualTo(mapped));
    }
}
