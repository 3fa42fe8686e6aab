using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>A digital input. Its signal sets the size and the rate; it changes, goes and returns during the capture.</summary>
public sealed class V4l2SignalTests
{
    private static readonly V4l2SourceOptions s_digital = new()
    {
        Device = SimulatedDriver.Node,
        Input = SimulatedDriver.DigitalInput,
        Format = "YUYV",
        BufferCount = 4,
    };

    [Test]
    public async Task Prepare_digital_input_takes_the_size_and_rate_of_its_signal()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_digital with { FrameRate = new Rational(10, 1) },
            clock => new SimulatedDriver(clock) { Signal = (320, 180, 50) });
        Assert.That(Shape(capture.Source.Format), Is.EqualTo((320, 180, new Rational(50, 1))), "a rate cannot be asked for");
        Assert.That(capture.Driver.Input, Is.EqualTo(SimulatedDriver.DigitalInput));
        capture.Step(10);
        Assert.That(capture.Buffers, Has.Count.EqualTo(10));
        Assert.That(capture.Buffers[9].Pts - capture.Buffers[0].Pts, Is.EqualTo(ClockTime.FromMilliseconds(180)));
    }

    [Test]
    public async Task Prepare_input_that_the_device_lacks_is_refused_with_those_it_has()
    {
        await using var capture = new SimulatedCapture(s_digital with { Input = 2 });
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.StartAsync()))!;
        Assert.That(failure.Message, Does.Contain("no input 2").And.Contain("0 (Camera), 1 (HDMI)"));
    }

    [Test]
    public async Task Prepare_device_without_inputs_is_captured_from_as_it_is()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(make: clock => new SimulatedDriver(clock)
        {
            Fault = call => call is "G_INPUT" or "ENUMINPUT" or "SUBSCRIBE_EVENT" ? DeviceErrors.Enotty : 0,
        });
        capture.Step(3);
        Assert.That(capture.Buffers, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Prepare_input_that_cannot_measure_has_the_timings_that_were_set()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_digital,
            clock => new SimulatedDriver(clock) { Fault = call => call == "QUERY_DV_TIMINGS" ? DeviceErrors.Enotty : 0 });
        Assert.That(Shape(capture.Source.Format), Is.EqualTo((64, 36, new Rational(25, 1))));
    }

    [Test]
    public async Task Signal_that_changes_goes_on_in_the_new_format_on_the_same_time_line()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_digital);
        var lengths = new List<int>();
        var held = new List<MediaBuffer>();
        capture.Sink.Keep = buffer =>
        {
            lengths.Add(buffer.Data.Length);
            capture.Buffers.Add((buffer.Pts, buffer.Uncertainty, buffer.Duration, buffer.Sequence, buffer.Flags));
            if (held.Count == 2)
            {
                return false;
            }

            held.Add(buffer);
            return true;
        };
        capture.StepUntil(5);
        capture.Driver.ChangeSignal((640, 360, 50));
        capture.StepUntil(12);
        ClockTime begun = capture.Driver.StampOf(0) - capture.Pipeline.BaseTime;
        Assert.That(lengths, Is.EqualTo(Enumerable.Repeat(320 * 180 * 2, 5).Concat(Enumerable.Repeat(640 * 360 * 2, 7))));
        Assert.That(capture.Buffers.Select(buffer => buffer.Sequence), Is.EqualTo(Enumerable.Range(0, 12)), "our count goes on");
        Assert.That(capture.Buffers[5].Pts, Is.EqualTo(begun), "the driver's stamp, by the same base time");
        Assert.That(
            capture.Buffers.Where(buffer => (buffer.Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity).Select(buffer => buffer.Sequence),
            Is.EqualTo(new long[] { 5 }));
        Assert.That(capture.Buffers[5].Duration, Is.EqualTo(ClockTime.FromMilliseconds(20)));
        Assert.That(capture.Sink.Events, Has.Count.EqualTo(3), "a format, a segment, a format");
        Assert.That(Shape((capture.Sink.Events[2] as FormatChanged)?.Format), Is.EqualTo((640, 360, new Rational(50, 1))));
        Assert.That(capture.Source.Format, Is.EqualTo(((FormatChanged)capture.Sink.Events[2]).Format));
        Assert.That(capture.Source.Statistics.Lost, Is.Zero);

        // The first two buffers were held all the time. Their memory is still valid, although the driver has released it.
        Assert.That(held.Select(buffer => (int)buffer.Data[^1]), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(capture.Driver.Mappings, Is.EqualTo(6));
        held.ForEach(buffer => buffer.Release());
        Assert.That(capture.Driver.Mappings, Is.EqualTo(4), "the memory is unmapped after its release");
        capture.StepUntil(20);
        Assert.That(Events(capture), Is.EqualTo(new[] { "signal-found" }));
    }

    [Test]
    public async Task Pictures_that_were_filled_before_a_change_are_given_out()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_digital);
        capture.StepUntil(2);
        capture.Clock.AdvanceTo(capture.Clock.Now + ClockTime.FromMilliseconds(85));
        capture.Driver.ChangeSignal((640, 360, 50));
        capture.Step();
        Assert.That(capture.Buffers, Has.Count.EqualTo(4), "two complete pictures come with the step of the change");
        capture.StepUntil(5);
        Assert.That(capture.Buffers[4].Duration, Is.EqualTo(ClockTime.FromMilliseconds(20)));
    }

    [Test]
    public async Task Signal_that_only_blinked_is_streamed_from_anew_and_is_no_new_format()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_digital);
        var calls = new List<string>();
        capture.StepUntil(3);
        capture.Driver.Fault = call =>
        {
            calls.Add(call);
            return 0;
        };
        capture.Driver.ChangeSignal(capture.Driver.Signal);
        capture.StepUntil(6);
        Assert.That(calls, Has.Some.EqualTo("STREAMOFF").And.Some.EqualTo("STREAMON"));
        Assert.That(capture.Sink.Events, Has.Count.EqualTo(2));
        Assert.That((capture.Buffers[3].Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity);
    }

    [TestCase(DeviceErrors.Enolink, "no signal")]
    [TestCase(DeviceErrors.Enolck, "unstable")]
    [TestCase(DeviceErrors.Erange, "beyond")]
    public async Task Signal_that_is_lost_gives_no_pictures_and_no_error_until_it_returns(int error, string reason)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_digital);
        capture.StepUntil(3);
        capture.Driver.NoSignalError = error;
        capture.Driver.ChangeSignal(null);
        capture.Step(50);
        Assert.That(capture.Buffers, Has.Count.EqualTo(3));
        Assert.That(capture.Driver.IsStreaming, Is.False);

        // The signal returns without an event, as with a driver that cannot tell when a signal has become stable.
        capture.Driver.Signal = (320, 180, 25);
        capture.StepUntil(6);
        Assert.That(capture.Buffers[3].Pts - capture.Buffers[2].Pts, Is.GreaterThan(ClockTime.FromSeconds(4)), "the silence keeps its length");
        Assert.That((capture.Buffers[3].Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity);
        Assert.That(capture.Source.Statistics.Lost, Is.Zero, "pictures without a signal do not count as lost");
        var events = new List<PipelineEvent>();
        while (capture.Pipeline.Events.TryRead(out PipelineEvent? told))
        {
            events.Add(told);
        }

        Assert.That(events.ConvertAll(told => told.Kind)[^2..], Is.EqualTo(new[] { "signal-lost", "signal-found" }));
        Assert.That(events.Count(told => told.Kind == "signal-lost"), Is.EqualTo(1), "one event, however long the loss lasts");
        Assert.That(events[^2].Message, Does.Contain(reason).And.Contain(SimulatedDriver.Node));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Silence_is_told_while_it_lasts_half_a_second_and_a_picture_late(bool isSignalLost)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_digital);
        capture.StepUntil(3);
        ClockTime end = capture.Buffers[2].Pts + capture.Buffers[2].Duration;
        int before = capture.Sink.Events.Count;
        if (isSignalLost)
        {
            capture.Driver.ChangeSignal(null);
            capture.Step(300);
        }
        else
        {
            // The driver fills no buffers and reports nothing.
            capture.Driver.Dropped.UnionWith(Enumerable.Range(3, 300).Select(n => (long)n));
            capture.Step(200);
        }

        ClockTime now = capture.Clock.Now - capture.Pipeline.BaseTime;
        Gap[] gaps = [.. capture.Sink.Events.Skip(before).Cast<Gap>()];
        Assert.That(gaps[0].Pts, Is.EqualTo(end), "the gap begins at the end of the last picture");
        Assert.That(gaps.Skip(1).Zip(gaps, (next, one) => next.Pts - one.Pts - one.Duration), Is.All.EqualTo(ClockTime.Zero), "without holes");
        ClockTime told = gaps[^1].Pts + gaps[^1].Duration;
        Assert.That(now - told, Is.InRange(ClockTime.FromMilliseconds(540), ClockTime.FromMilliseconds(900)));
        capture.Driver.Signal = (320, 180, 25);
        capture.StepUntil(6);
        Assert.That(capture.Buffers[3].Pts, Is.GreaterThanOrEqualTo(told), "no gap covers the time of a picture");
        Assert.That(capture.Sink.Events.OfType<Gap>().Last().Pts + ClockTime.FromSeconds(1), Is.GreaterThan(told), "no gap among pictures");
    }

    [Test]
    public async Task Start_without_a_signal_waits_for_one()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_digital with { Width = 640, Height = 360 },
            clock => new SimulatedDriver(clock) { Signal = null, IsRigid = true });
        capture.Step(5);
        Assert.That(capture.Buffers, Is.Empty);
        Assert.That(Shape(capture.Source.Format), Is.EqualTo((64, 36, new Rational(25, 1))), "the last setting of the device");
        capture.Driver.ChangeSignal((640, 360, 25));
        capture.StepUntil(2);
        Assert.That(Shape(capture.Source.Format), Is.EqualTo((640, 360, new Rational(25, 1))));
        Assert.That(capture.Buffers[0].Flags, Is.EqualTo(BufferFlags.KeyFrame), "the first picture is no discontinuity");
        Assert.That(Events(capture), Is.EqualTo(new[] { "signal-lost", "signal-found" }));
    }

    [TestCase(false, 64, 36)]
    [TestCase(true, 640, 360)]
    public async Task Size_that_was_asked_for_is_kept_by_a_device_that_scales_and_given_up_by_one_that_does_not(bool isRigid, int width, int height)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            s_digital with { Width = 64, Height = 36 },
            clock => new SimulatedDriver(clock) { IsRigid = isRigid, Signal = (64, 36, 25) });
        capture.StepUntil(2);
        capture.Driver.ChangeSignal((640, 360, 25));
        capture.StepUntil(4);
        Assert.That(Shape(capture.Source.Format), Is.EqualTo((width, height, new Rational(25, 1))));
    }

    [Test]
    public async Task Device_that_is_unplugged_while_there_is_no_signal_fails_the_pipeline()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(s_digital, clock => new SimulatedDriver(clock) { Signal = null });
        capture.Step(2);
        capture.Driver.IsUnplugged = true;
        capture.Step();
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.RunAsync()))!;
        Assert.That((failure.InnerException as DeviceException)?.ErrorCode, Is.EqualTo(DeviceErrors.Enodev));
    }

    // The totals and pixel clocks of CTA-861 and VESA timings, and of receivers that measure with a small error.
    [TestCase(1650, 750, 74_250_000, 0, "60/1")]
    [TestCase(1650, 750, 74_175_824, 0, "60000/1001")]
    [TestCase(1650, 750, 74_255_000, 0, "60/1")]
    [TestCase(2200, 1125, 74_250_000, 0, "30/1")]
    [TestCase(2640, 1125, 148_500_000, 0, "50/1")]
    [TestCase(2750, 1125, 74_175_824, 0, "24000/1001")]
    [TestCase(800, 525, 25_175_000, 0, "60000/1001")]
    [TestCase(858, 525, 27_000_000, 0, "60000/1001")]
    [TestCase(1152, 864, 56_000_000, 0, "56263/1000")]
    [TestCase(1650, 750, 74_250_000, LibcVideo.V4L2_DV_FL_REDUCED_FPS | LibcVideo.V4L2_DV_FL_CAN_DETECT_REDUCED_FPS, "60000/1001")]
    [TestCase(1650, 750, 74_250_000, LibcVideo.V4L2_DV_FL_REDUCED_FPS, "60/1")]
    [TestCase(0, 0, 74_250_000, 0, "0/1")]
    [TestCase(1650, 750, 0, 0, "0/1")]
    public void Rate_of_a_signal_is_the_nominal_one(int width, int height, long clock, int flags, string expected)
    {
        var timings = new v4l2_bt_timings
        {
            width = (uint)width / 2,
            hbackporch = (uint)(width - (width / 2)),
            height = (uint)height / 2,
            vfrontporch = (uint)(height - (height / 2)),
            pixelclock = (ulong)clock,
            flags = (uint)flags,
        };
        Assert.That(V4l2Signal.RateOf(timings).ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Rate_of_an_interlaced_signal_is_that_of_its_frames()
    {
        var timings = new v4l2_bt_timings
        {
            width = 1920, hfrontporch = 88, hsync = 44, hbackporch = 148, height = 1080, interlaced = 1, pixelclock = 74_250_000,
            vfrontporch = 2, vsync = 5, vbackporch = 15, il_vfrontporch = 2, il_vsync = 5, il_vbackporch = 16,
        };
        Assert.That(V4l2Signal.RateOf(timings), Is.EqualTo(new Rational(30, 1)));
    }

    private static (int Width, int Height, Rational Rate) Shape(MediaFormat? format) =>
        format is VideoFormat video ? (video.Width, video.Height, video.FrameRate) : default;

    private static string[] Events(SimulatedCapture capture)
    {
        var kinds = new List<string>();
        while (capture.Pipeline.Events.TryRead(out PipelineEvent? told))
        {
            kinds.Add(told.Kind);
        }

        return [.. kinds.Where(kind => kind.StartsWith("signal", StringComparison.Ordinal))];
    }
}
