using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>The times and numbers that the source gives to pictures of a simulated driver.</summary>
public sealed class V4l2TimestampTests
{
    private const uint Monotonic = LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;

    [TestCase(Monotonic | LibcVideo.V4L2_BUF_FLAG_TSTAMP_SRC_EOF, V4l2TimestampSource.EndOfFrame)]
    [TestCase(Monotonic | LibcVideo.V4L2_BUF_FLAG_TSTAMP_SRC_SOE, V4l2TimestampSource.StartOfExposure)]
    public async Task Pts_monotonic_stamp_is_that_stamp_in_running_time(uint flags, V4l2TimestampSource source)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(make: clock => new SimulatedDriver(clock) { StampFlags = flags });
        Assert.That(capture.Source.TimestampSource, Is.EqualTo(source), "known before the first picture");
        capture.Step(50);
        Assert.That(capture.Buffers, Has.Count.EqualTo(50));
        for (int i = 0; i < 50; i++)
        {
            Assert.That(capture.Buffers[i].Pts, Is.EqualTo(capture.Driver.StampOf(i) - capture.Pipeline.BaseTime), $"picture {i}");
            Assert.That(capture.Buffers[i].Sequence, Is.EqualTo(i));
            Assert.That(capture.Buffers[i].Duration, Is.EqualTo(ClockTime.FromMilliseconds(40)));
            Assert.That(capture.Buffers[i].Uncertainty, Is.EqualTo(ClockTime.FromMicroseconds(1)));
            Assert.That(capture.Buffers[i].Flags, Is.EqualTo(BufferFlags.KeyFrame));
        }

        Assert.That(capture.Source.TimestampSource, Is.EqualTo(source));
        Assert.That(capture.Source.Statistics, Is.EqualTo(new CaptureStatistics(50, 0, 0, 0, capture.Source.Statistics.Lateness, double.NaN)));
        Assert.That(capture.Source.Statistics.Lateness, Is.InRange(ClockTime.Zero, ClockTime.FromMicroseconds(1)), "the simulated poll is not late");
    }

    [TestCase((uint)LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN)]
    [TestCase((uint)LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_COPY)]
    public async Task Pts_stamp_of_another_clock_is_estimated_marked_and_counted(uint flags)
    {
        // Wake-ups are late by 0 to 6 ms. Every fifth is not late, and the line goes through these.
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(make: clock => new SimulatedDriver(clock)
        {
            StampFlags = flags,
            WakeUp = frame => ClockTime.FromMicroseconds(frame % 5 * 1500),
        });
        capture.Step(500);
        Assert.That(capture.Source.TimestampSource, Is.EqualTo(V4l2TimestampSource.Estimated));
        Assert.That(capture.Source.Statistics.Estimated, Is.EqualTo(500));
        Assert.That(capture.Buffers.TrueForAll(buffer => (buffer.Flags & BufferFlags.EstimatedTime) == BufferFlags.EstimatedTime));
        Assert.That(capture.Source.Statistics.Drift, Is.EqualTo(0).Within(0.01), "the simulated device keeps system time");
        for (int i = 0; i < 500; i++)
        {
            ClockTime truth = capture.Driver.StampOf(i) - capture.Pipeline.BaseTime;

            // The test compares with the driver's own stamp, which is cut to a microsecond. The line's rounding adds as much.
            Assert.That((capture.Buffers[i].Pts - truth).Abs(), Is.LessThanOrEqualTo(ClockTime.FromMicroseconds(2)), $"picture {i}");
            Assert.That(capture.Buffers[i].Uncertainty, Is.GreaterThanOrEqualTo((capture.Buffers[i].Pts - truth).Abs()));
        }
    }

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(-350)]
    public async Task Drift_is_that_of_the_drivers_stamps_against_the_nominal_rate(int partsPerMillion)
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            make: clock => new SimulatedDriver(clock) { Drift = partsPerMillion, Dropped = { 40, 41, 300 } });
        capture.StepUntil(25 * 7);
        Assert.That(capture.Source.Statistics.Drift, Is.NaN, "not yet eight whole seconds");
        capture.StepUntil(25 * 10);

        // Stamps are cut to a microsecond. Over eight seconds and more, this is a tenth of a part per million.
        Assert.That(capture.Source.Statistics.Drift, Is.EqualTo(partsPerMillion).Within(0.1));
        capture.StepUntil(25 * 60);
        Assert.That(capture.Source.Statistics.Drift, Is.EqualTo(partsPerMillion).Within(0.02), "by the last half minute");
    }

    [Test]
    public async Task Drift_of_a_camera_that_leaves_its_nominal_rate_is_not_known()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync();
        capture.StepUntil(25 * 10);
        Assert.That(capture.Source.Statistics.Drift, Is.EqualTo(0).Within(0.1));
        capture.Driver.SlowDown(2);
        capture.StepUntil(25 * 20);
        Assert.That(capture.Source.Statistics.Drift, Is.NaN, "half of the nominal rate is no error of a crystal");
    }

    [Test]
    public void Drift_of_stamps_that_jitter_is_within_what_it_says()
    {
        var drift = new FrameDrift(ClockTime.FromMilliseconds(40));
        var random = new Random(7);
        double worstEarly = 0, worstLate = 0;
        for (int i = 0; i < 25 * 600; i++)
        {
            // The device is 50 ppm fast. The standard deviation of its jitter is a millisecond: the sum of twelve uniform values, less six.
            double jitter = Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
            drift.Add(i, ClockTime.FromNanoseconds((long)((i * 40e6 / 1.00005) + (jitter * 1e6))));
            double error = double.IsNaN(drift.PartsPerMillion) ? 0 : Math.Abs(drift.PartsPerMillion - 50);
            (worstEarly, worstLate) = i < 25 * 33 ? (Math.Max(worstEarly, error), worstLate) : (worstEarly, Math.Max(worstLate, error));
        }

        Assert.That(worstEarly, Is.LessThan(4 * 30), "four standard deviations");
        Assert.That(worstLate, Is.LessThan(4 * 4));
    }

    [Test]
    public async Task Pts_camera_that_slows_down_without_stamps_is_followed()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(make: clock => new SimulatedDriver(clock) { StampFlags = 0 });
        capture.Step(50);

        // As a camera in the dark, the driver counts on one by one, at half of the agreed rate.
        capture.Driver.SlowDown(2);
        capture.Step(500);
        ClockTime last = capture.Buffers[^1].Pts + capture.Pipeline.BaseTime;
        ClockTime furthest = capture.Source.Latency.Maximum * 4;
        Assert.That(capture.Clock.Now - last, Is.LessThan(furthest), "the buffers, and some pictures until the source is sure");
        Assert.That(capture.Buffers[^1].Uncertainty, Is.GreaterThanOrEqualTo(capture.Clock.Now - last), "the uncertainty covers the error");
        Assert.That(capture.Buffers.Zip(capture.Buffers.Skip(1)).All(pair => pair.Second.Pts > pair.First.Pts), "never goes back");
    }

    [Test]
    public async Task Sequence_gap_is_counted_as_lost_and_marks_the_next_buffer()
    {
        using var measured = new Measurements();
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            make: clock => new SimulatedDriver(clock) { Dropped = { 10, 11, 12, 30 } });
        capture.StepUntil(46);
        Assert.That(capture.Source.Statistics.Lost, Is.EqualTo(4));
        Assert.That(measured.Sum("retrovue.device.lost", "kind=v4l2"), Is.EqualTo(4));
        Assert.That(measured.Sum("retrovue.pipeline.events", "kind=lost"), Is.GreaterThanOrEqualTo(1));
        Assert.That(capture.Buffers.Select(buffer => buffer.Sequence), Is.EqualTo(Enumerable.Range(0, 50).Except([10, 11, 12, 30])));
        Assert.That(
            capture.Buffers.Where(buffer => (buffer.Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity).Select(buffer => buffer.Sequence),
            Is.EqualTo(new long[] { 13, 31 }));
        Assert.That(
            capture.Pipeline.Events.TryRead(out _) && capture.Pipeline.Events.TryRead(out PipelineEvent? lost) ? lost!.Kind : "",
            Is.EqualTo("lost"));
    }

    [Test]
    public async Task Sequence_that_runs_over_goes_on_in_64_bits_and_loses_nothing()
    {
        const uint first = uint.MaxValue - 4;
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            make: clock => new SimulatedDriver(clock) { FirstSequence = first });
        capture.Driver.Dropped.Add(8);
        capture.StepUntil(11);
        Assert.That(capture.Buffers.Select(buffer => buffer.Sequence - first), Is.EqualTo(new long[] { 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11 }));
        Assert.That(capture.Source.Statistics.Lost, Is.EqualTo(1));
    }

    [Test]
    public async Task Damaged_picture_is_marked_and_given_out()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync();
        capture.Driver.Damaged.Add(3);
        capture.Step(6);
        Assert.That(
            capture.Buffers.Where(buffer => (buffer.Flags & BufferFlags.Corrupt) == BufferFlags.Corrupt).Select(buffer => buffer.Sequence),
            Is.EqualTo(new long[] { 3 }));
    }

    [Test]
    public async Task Picture_from_before_base_time_is_left_out_and_counted()
    {
        // The pipeline takes a second to prepare after the camera has begun. By then, the camera's buffers are full of old pictures.
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync(
            make: clock => new SimulatedDriver(clock) { AfterStart = ClockTime.FromSeconds(1) });
        capture.Step(8);
        Assert.That(capture.Source.Statistics.BeforeStart, Is.EqualTo(6), "one for each buffer");
        Assert.That(capture.Source.Statistics.Lost, Is.Zero, "pictures before the first one do not count as lost");
        Assert.That(capture.Buffers, Has.Count.EqualTo(2));
        Assert.That(capture.Buffers[0].Pts, Is.InRange(ClockTime.Zero, ClockTime.FromMilliseconds(40)));
    }
}
