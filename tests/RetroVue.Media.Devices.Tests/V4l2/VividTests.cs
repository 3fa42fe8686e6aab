using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>Captures from vivid, the kernel's virtual video test driver; in a virtual machine that has it.</summary>
[Category("DeviceVm")]
public sealed class VividTests : VividFixture
{
    private static readonly V4l2SourceOptions s_small = new()
    {
        Device = "vivid",
        Format = "YUYV",
        Width = 320,
        Height = 180,
        FrameRate = new Rational(10, 1),
        BufferCount = 8,
    };

    [Test]
    public void List_shows_sizes_and_rates()
    {
        DeviceInfo device = DeviceDirectory.List().Single(candidate => candidate.Id == Node);
        Assert.That((device.Api, device.Kind), Is.EqualTo((DeviceApi.V4l2, DeviceKind.VideoSource)));
        List<VideoCapability> yuyv = [.. device.Capabilities.OfType<VideoCapability>().Where(capability => capability.Format == "YUYV")];
        Assert.That(yuyv.Select(capability => (capability.Width, capability.Height)), Is.SupersetOf(new[] { (320, 180), (640, 480), (1920, 1080) }));
        Assert.That(yuyv[0].FrameRates, Is.SupersetOf(new[] { new Rational(1, 1), new Rational(10, 1), new Rational(25, 2), new Rational(30, 1) }));
    }

    [TestCase(0, V4l2TimestampSource.EndOfFrame)]
    [TestCase(1, V4l2TimestampSource.StartOfExposure)]
    public async Task Capture_pts_is_the_drivers_stamp_and_steps_are_the_frame_interval(int control, V4l2TimestampSource expected)
    {
        Set($"timestamp_source={control}");
        (Pipeline pipeline, V4l2Source source) = await CaptureAsync(s_small, 40);
        Assert.That(source.TimestampSource, Is.EqualTo(expected));
        Dictionary<uint, ClockTime> stamps = Driver.Pictures.ToDictionary(picture => picture.Sequence, picture => picture.Stamp);
        Assert.That(
            Buffers.Select(buffer => buffer.Pts),
            Is.EqualTo(Buffers.Select(buffer => stamps[(uint)buffer.Sequence] - pipeline.BaseTime)),
            "the pipeline follows the system clock: nothing is added, nothing rounded");
        if (expected == V4l2TimestampSource.StartOfExposure)
        {
            Assert.That(source.Statistics.Lateness, Is.GreaterThan(ClockTime.Zero), "the start of an exposure lies in the past");
        }

        // The distance of each picture from where the first picture and the frame interval put it.
        ClockTime[] off = [.. Buffers.Select(buffer =>
            buffer.Pts - Buffers[0].Pts - (ClockTime.FromMilliseconds(100) * (buffer.Sequence - Buffers[0].Sequence)))];
        ClockTime[] steps = [.. off.Zip(off.Skip(1), (last, next) => (next - last).Abs())];
        ClockTime step = Median(steps), whole = Median(off[^10..]) - Median(off[..10]);
        await TestContext.Out.WriteLineAsync($"{source.Statistics}; steps off by {step}, at worst {steps.Max()}; {Buffers.Count} pictures by {whole}");

        // vivid stamps a picture when its thread wakes at a kernel tick of 4 ms. So a step may be off by one tick at either end. If the
        // emulated processor is busy, a single picture is stamped later; neither of the two medians shows that, and it does not add up.
        Assert.That(step, Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(8)));
        Assert.That(whole.Abs(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(8)));

        static ClockTime Median(ClockTime[] times) => times.Order().ElementAt(times.Length / 2);
    }

    [Test]
    public async Task Capture_steady_state_allocates_nothing()
    {
        const int warm = 50, last = 150;
        long before = 0, after = 0;
        int seen = 0;
        await RunAsync(s_small with { FrameRate = new Rational(25, 1) }, V4l2System.Instance, _ =>
        {
            // The steps run on one thread of their own, and this callback runs on it too.
            before = ++seen == warm ? GC.GetAllocatedBytesForCurrentThread() : before;
            after = seen == last ? GC.GetAllocatedBytesForCurrentThread() : after;
            return seen == last;
        });
        Assert.That(after - before, Is.Zero);
    }

    [Test]
    public async Task Capture_of_five_seconds_has_five_seconds_of_time_stamps()
    {
        // The time is measured by the system clock and not by the stamps; both agree if the stamps are true. The first second is left out,
        // because the emulated machine warms up.
        const int warm = 25;
        ClockTime began = ClockTime.None, ended = ClockTime.None;
        await CaptureAsync(s_small with { FrameRate = new Rational(25, 1) }, _ =>
        {
            ended = SystemClock.Instance.Now;
            began = Buffers.Count == warm ? ended : began;
            return ended - began >= ClockTime.FromMilliseconds(4980);
        });
        ClockTime span = Buffers[^1].Pts - Buffers[warm - 1].Pts;
        await TestContext.Out.WriteLineAsync($"{Buffers.Count - warm} pictures over {span}, {ended - began} by the wall");
        Assert.That((span - ClockTime.FromSeconds(5)).Abs(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(40)), "a frame: where the end falls");
    }

    [Test]
    public async Task Capture_pictures_that_the_device_drops_are_the_gaps_in_its_count()
    {
        Set("percentage_of_dropped_buffers=30");
        (Pipeline _, V4l2Source source) = await CaptureAsync(s_small, 30);
        List<uint> given =
        [
            .. Driver.Pictures.Select(picture => picture.Sequence)
                .Where(number => number >= Buffers[0].Sequence && number <= Buffers[^1].Sequence),
        ];
        long gaps = given[^1] - given[0] + 1 - given.Count;
        Assert.That(gaps, Is.GreaterThan(0), "at 30 % of 30 pictures the chance that none is dropped is 1 in 40 000");
        Assert.That(source.Statistics.Lost, Is.GreaterThanOrEqualTo(gaps), "and what was dropped after the last that the sink saw");
        long marked = 0;
        foreach ((var last, var next) in Buffers.Zip(Buffers.Skip(1)))
        {
            bool isMarked = (next.Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity;
            Assert.That(isMarked, Is.EqualTo(next.Sequence - last.Sequence > 1), $"picture {next.Sequence}");
            marked += next.Sequence - last.Sequence - 1;
        }

        Assert.That(marked, Is.EqualTo(gaps));
        await TestContext.Out.WriteLineAsync($"{gaps} gaps, {source.Statistics}");
    }

    [Test]
    public async Task Capture_count_that_runs_over_loses_nothing()
    {
        Set("wrap_sequence_number=1");
        (Pipeline _, V4l2Source source) = await CaptureAsync(
            s_small with { FrameRate = new Rational(25, 1) },
            buffer => buffer.Sequence > (1L << 32) + 5);
        Assert.That(Driver.Pictures.Select(picture => picture.Sequence), Has.Some.GreaterThan(0xffff_ff00).And.Some.LessThan(100));
        long missing = Buffers[^1].Sequence - Buffers[0].Sequence + 1 - Buffers.Count;
        Assert.That(source.Statistics.Lost, Is.GreaterThanOrEqualTo(missing).And.LessThan(100), "what an emulated machine is too slow for");
    }

    [Test]
    public async Task Capture_dmabuf_shows_the_same_picture_as_mmap()
    {
        byte[] mapped = [], exported = [];
        await CaptureAsync(s_small, buffer => (mapped = buffer.Data.ToArray()).Length > 0);
        bool hasDescriptor = false;
        await CaptureAsync(s_small with { ExportDmaBuf = true }, buffer =>
        {
            exported = buffer.Data.ToArray();
            hasDescriptor = buffer.Memory is V4l2Memory { DmaBuf.IsInvalid: false };
            return true;
        });
        Assert.That(hasDescriptor);
        Assert.That(mapped, Has.Length.EqualTo(320 * 180 * 2));
        Assert.That(mapped.Distinct().Count(), Is.GreaterThan(4), "colour bars, not an empty buffer");
        Assert.That(exported, Is.EqualTo(mapped));
    }

    [TestCase("YUYV", PixelFormat.Yuyv422)]
    [TestCase("UYVY", PixelFormat.Uyvy422)]
    [TestCase("NV12", PixelFormat.Nv12)]
    [TestCase("YU12", PixelFormat.Yuv420P)]
    [TestCase("YV12", PixelFormat.Yuv420P)]
    [TestCase("422P", PixelFormat.Yuv422P)]
    [TestCase("RGB3", PixelFormat.Rgb24)]
    [TestCase("BGR3", PixelFormat.Bgr24)]
    [TestCase("AB24", PixelFormat.Rgba)]
    [TestCase("AR24", PixelFormat.Bgra)]
    [TestCase("GREY", PixelFormat.Gray8)]
    public Task Capture_raw_format_has_each_sample_where_it_says(string fourcc, PixelFormat pixels) =>
        CaptureRedAsync(s_small with { Format = fourcc }, pixels);

    [Test]
    public async Task Capture_device_that_disconnects_fails_quickly_and_can_be_used_again()
    {
        ClockTime pulled = ClockTime.None;
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => CaptureAsync(s_small, _ =>
        {
            if (Buffers.Count == 3)
            {
                Set("disconnect=1");
                pulled = SystemClock.Instance.Now;
            }

            return false;
        })))!;
        ClockTime took = SystemClock.Instance.Now - pulled;
        Assert.That((failure.InnerException as DeviceException)?.ErrorCode, Is.EqualTo(DeviceErrors.Enodev));
        Assert.That(failure.Message, Does.Contain("unplugged"));
        Assert.That(took, Is.LessThan(ClockTime.FromSeconds(5)));
        await TestContext.Out.WriteLineAsync($"{failure.Message} after {took}");
        await CaptureAsync(s_small, 2);
    }

    [Test]
    public async Task Capture_fatal_error_of_the_driver_is_an_error_that_names_it()
    {
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => CaptureAsync(s_small, _ =>
        {
            if (Buffers.Count == 3)
            {
                Set("inject_fatal_streaming_error=1");
            }

            return false;
        })))!;
        Assert.That((failure.InnerException as DeviceException)?.ErrorCode, Is.EqualTo(DeviceErrors.Eio));
    }

    [TestCase("inject_vidioc_reqbufs_error")]
    [TestCase("inject_vidioc_qbuf_error")]
    [TestCase("inject_vidioc_streamon_error")]
    public async Task Start_call_that_the_driver_refuses_fails_the_start(string control)
    {
        Set($"{control}=1");
        await Assert.ThatAsync(() => CaptureAsync(s_small, 1), Throws.InstanceOf<ElementException>().With.InnerException.InstanceOf<DeviceException>());
        await CaptureAsync(s_small, 1);
    }

    [Test]
    public async Task Start_device_that_another_streams_from_is_said_to_be_in_use()
    {
        string message = "";
        await CaptureAsync(s_small, buffer =>
        {
            if (message.Length == 0)
            {
                message = Assert.ThrowsAsync<ElementException>(() => CaptureAsync(s_small with { Width = 640, Height = 360 }, 1))!
                    .GetAwaiter().GetResult()!.Message;
            }

            return true;
        });
        Assert.That(message, Does.Contain("Another program uses it"));
    }

    [Test]
    public async Task Picture_held_after_the_stop_stays_valid_and_does_not_keep_others_from_the_device()
    {
        MediaBuffer? held = null;
        await CaptureAsync(s_small, buffer => (held ??= buffer.Retain()) is not null);
        byte[] before = held!.Data.ToArray();
        await CaptureAsync(s_small with { Width = 640, Height = 360 }, 2);
        Assert.That(held.Data.SequenceEqual(before));
        held.Release();
    }
}
