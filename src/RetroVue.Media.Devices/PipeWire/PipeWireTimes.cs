using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Tells when a record's buffer was captured, by the best of what PipeWire says.</summary>
/// <remarks>
/// In this order: the buffer's own header (spa_meta_header.pts, CLOCK_MONOTONIC); the graph's cycle that brought it (pw_time: now less the
/// delay to the device, less what the resampler holds, less what the same cycle brought after it); its arrival, through the line below
/// all arrivals. A header's time that cannot be CLOCK_MONOTONIC, being far from now, is taken for another clock's and mapped through a
/// line of its own. Sources: spa/buffer/meta.h, pipewire/stream.h. Not thread-safe; allocates nothing after construction.
/// </remarks>
internal sealed class PipeWireTimes
{
    // No device holds a buffer back for longer, and none is ahead by more: an end-of-frame stamp may be, by a frame.
    private static readonly ClockTime s_longestWay = ClockTime.FromSeconds(10);
    private static readonly ClockTime s_farthestAhead = ClockTime.FromSeconds(1);

    private static readonly Rational s_nanosecond = new(1, 1_000_000_000);

    // As long as a cycle of the graph lasts at the most: 1024 frames at 48 kHz.
    private static readonly ClockTime s_bracket = ClockTime.FromMilliseconds(22);

    private readonly Rational _unit;
    private readonly EnvelopeLine? _arrivals;
    private readonly EnvelopeLine _foreign = new(s_nanosecond, s_bracket);
    private long _lastForeign = long.MinValue;

    /// <summary>For one stretch of a stream that goes on without a break.</summary>
    /// <param name="unit">What positions count, in seconds: a sample's duration or a frame's; not positive where frames have none.</param>
    public PipeWireTimes(Rational unit)
    {
        _unit = unit;
        _arrivals = unit.IsPositive ? new EnvelopeLine(unit, s_bracket) : null;
    }

    /// <summary>How much faster than the system clock the source runs, in parts per million, where arrivals tell; else NaN.</summary>
    public double Drift => _arrivals?.Drift ?? double.NaN;

    /// <summary>When the buffer was captured.</summary>
    /// <param name="record">What the bridge says of it.</param>
    /// <param name="position">The position of its start: samples, or frames, from the stream's first.</param>
    /// <param name="end">The position that had been reached, at least, when it arrived: of sound the end, of a picture the start.</param>
    /// <param name="behind">The duration of what came after it in the same cycle.</param>
    public CaptureTime Of(in rv_pw_record record, long position, long end, ClockTime behind)
    {
        ClockTime arrival = ClockTime.FromNanoseconds(record.arrival);
        if (record.pts != PipeWireBridge.RV_PW_ABSENT)
        {
            ClockTime pts = ClockTime.FromNanoseconds(record.pts);
            return IsPlausible(pts, arrival) ? new CaptureTime(pts, ClockTime.Zero, false) : OfForeign(record.pts, arrival);
        }

        ClockTime now = ClockTime.FromNanoseconds(record.time_now);
        Rational tick = PipeWireFormats.ToRational(record.time_rate);
        if (record.time_now > 0 && tick.IsPositive && IsPlausible(now, arrival))
        {
            ClockTime held = _unit.IsPositive ? ClockTime.FromUnits((long)record.time_buffered, _unit) : ClockTime.Zero;
            return new CaptureTime(
                now - ClockTime.FromUnits(record.time_delay, tick) - held - behind,
                ClockTime.FromUnits(1, tick),
                false);
        }

        if (_arrivals is null)
        {
            return new CaptureTime(arrival, ClockTime.None, true);
        }

        _arrivals.Add(end, arrival);
        return new CaptureTime(_arrivals.At(position), _arrivals.Uncertainty, true);
    }

    private static bool IsPlausible(ClockTime time, ClockTime arrival) =>
        time <= arrival + s_farthestAhead && time >= arrival - s_longestWay;

    private CaptureTime OfForeign(long pts, ClockTime arrival)
    {
        if (pts < _lastForeign)
        {
            _foreign.Restart();
        }

        _lastForeign = pts;
        _foreign.Add(pts, arrival);
        return new CaptureTime(_foreign.At(pts), _foreign.Uncertainty, true);
    }
}
