using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

public sealed class PipeWireTimesTests
{
    private const long Second = 1_000_000_000;
    private const long Arrival = 1000 * Second;

    private static readonly Rational s_sample = new(1, 48_000);

    [TestCase(Arrival - 40_000_000)]
    [TestCase(Arrival + 20_000_000, Description = "an end-of-frame stamp may lie ahead")]
    [TestCase(Arrival)]
    public void Header_time_on_the_system_clock_is_taken_as_it_is(long pts)
    {
        CaptureTime time = new PipeWireTimes(s_sample).Of(Record(pts: pts, now: Arrival - 5), 0, 1024, ClockTime.Zero);
        Assert.That(time, Is.EqualTo(new CaptureTime(ClockTime.FromNanoseconds(pts), ClockTime.Zero, false)));
    }

    [Test]
    public void Without_a_header_the_cycles_time_less_delay_resampler_and_what_came_after_is_taken()
    {
        // 480 ticks of 1/48000 are 10 ms. The 48 samples in the resampler are 1 ms. 2 ms of sound came after this buffer in the same cycle.
        rv_pw_record record = Record(now: Arrival - 1_000_000, delay: 480, buffered: 48);
        CaptureTime time = new PipeWireTimes(s_sample).Of(record, 0, 1024, ClockTime.FromMilliseconds(2));
        Assert.That(time.At.Nanoseconds, Is.EqualTo(Arrival - 1_000_000 - 13_000_000));
        Assert.That(time.IsEstimated, Is.False);
        Assert.That(time.Uncertainty, Is.EqualTo(ClockTime.FromUnits(1, s_sample)));
    }

    [Test]
    public void Without_both_the_line_below_the_arrivals_is_taken_and_marked()
    {
        var times = new PipeWireTimes(s_sample);
        var random = new Random(1);
        CaptureTime time = default;
        const int buffers = 1000;
        for (int i = 0; i < buffers; i++)
        {
            // Each buffer arrives after its last sample was captured, late by up to 5 ms.
            long arrival = Arrival + ClockTime.FromUnits((i + 1) * 1024L, s_sample).Nanoseconds + (long)(random.NextDouble() * 5_000_000);
            time = times.Of(Record(arrival: arrival), i * 1024L, (i + 1) * 1024L, ClockTime.Zero);
            Assert.That(time.IsEstimated);
        }

        // There are a thousand arrivals in 21 s. The least late ones are late by microseconds, so the line through them is off by some
        // hundred microseconds at most.
        long truth = Arrival + ClockTime.FromUnits((buffers - 1) * 1024L, s_sample).Nanoseconds;
        Assert.That(time.At.Nanoseconds, Is.EqualTo(truth).Within(500_000));
    }

    [Test]
    public void Header_time_of_another_clock_is_mapped_and_marked_and_keeps_its_steps()
    {
        var times = new PipeWireTimes(new Rational(1, 25));
        var seen = new List<CaptureTime>();
        for (int i = 0; i < 100; i++)
        {
            long lateness = i % 7 == 0 ? 0 : 3_000_000;
            long pts = i * 40_000_000L;
            seen.Add(times.Of(Record(pts: pts, arrival: Arrival + pts + lateness), i, i, ClockTime.Zero));
        }

        Assert.That(seen.Select(time => time.IsEstimated), Is.All.True);
        Assert.That(seen[^1].At.Nanoseconds - seen[^2].At.Nanoseconds, Is.EqualTo(40_000_000).Within(1000));
        Assert.That(seen[^1].At.Nanoseconds, Is.EqualTo(Arrival + (99 * 40_000_000L)).Within(100_000));
    }

    [Test]
    public void Header_time_of_another_clock_that_begins_anew_is_mapped_anew()
    {
        var times = new PipeWireTimes(new Rational(1, 25));
        times.Of(Record(pts: 500 * Second, arrival: Arrival), 0, 0, ClockTime.Zero);
        CaptureTime time = times.Of(Record(pts: 0, arrival: Arrival + Second), 1, 1, ClockTime.Zero);
        Assert.That(time, Is.EqualTo(new CaptureTime(ClockTime.FromNanoseconds(Arrival + Second), time.Uncertainty, true)));
    }

    [Test]
    public void Frames_without_any_time_or_rate_bear_their_arrival_marked()
    {
        CaptureTime time = new PipeWireTimes(default).Of(Record(), 0, 0, ClockTime.Zero);
        Assert.That(time, Is.EqualTo(new CaptureTime(ClockTime.FromNanoseconds(Arrival), ClockTime.None, true)));
    }

    [Test]
    public void Cycle_time_that_is_nowhere_near_is_not_taken()
    {
        CaptureTime time = new PipeWireTimes(s_sample).Of(Record(now: 5), 0, 1024, ClockTime.Zero);
        Assert.That(time.IsEstimated);
    }

    [Test]
    public void HeaderSequence_counts_what_is_left_out()
    {
        HeaderSequence sequence = default;
        Assert.That(sequence.Advance(7), Is.Zero, "the first");
        Assert.That(sequence.Advance(8), Is.Zero);
        Assert.That(sequence.Advance(11), Is.EqualTo(2));
        Assert.That(sequence.Advance(11), Is.Zero, "a source that does not count");
        Assert.That(sequence.Advance(0), Is.EqualTo(-1), "begun anew");
    }

    [Test]
    public void GraphCycles_counts_samples_between_cycles()
    {
        var cycles = new GraphCycles(44_100);
        Assert.That(cycles.Advance(Record(now: Arrival, ticks: 1024), 941), Is.Zero, "the first");
        Assert.That(cycles.Advance(Record(now: Arrival, ticks: 2048), 940), Is.Zero, "1024 ticks of 48 kHz are 940.8 samples");
        Assert.That(cycles.Advance(Record(now: Arrival, ticks: 4096), 941), Is.EqualTo(1882 - 940), "one cycle is missing");
        Assert.That(cycles.Advance(Record(now: Arrival, ticks: 5120), 470), Is.Zero);
        Assert.That(cycles.Advance(Record(now: Arrival, ticks: 5120), 471), Is.Zero, "two buffers of one cycle");
        Assert.That(cycles.Advance(Record(now: Arrival, ticks: 6144), 941), Is.Zero);
        Assert.That(cycles.Advance(Record(now: Arrival, ticks: 10), 941), Is.EqualTo(-1), "another driver");
        Assert.That(cycles.Advance(Record(), 941), Is.Zero, "no cycle at all");
    }

    private static rv_pw_record Record(
        long pts = PipeWireBridge.RV_PW_ABSENT,
        long now = 0,
        long delay = 0,
        ulong buffered = 0,
        ulong ticks = 0,
        long arrival = Arrival) => new()
        {
            pts = pts,
            time_now = now,
            time_delay = delay,
            time_buffered = buffered,
            time_ticks = ticks,
            time_rate = new rv_pw_rational { num = 1, den = 48_000 },
            arrival = arrival,
        };
}
