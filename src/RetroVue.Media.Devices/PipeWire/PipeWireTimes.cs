using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Computes when a record's buffer was captured, from the best of PipeWire's times.</summary>
/// <remarks>
/// In this order: the buffer's own header (spa_meta_header.pts, CLOCK_MONOTONIC); the graph's cycle that delivered it (pw_time: now, less
/// the delay to the device, less the content of the resampler, less later media of the same cycle); its arrival, through the line below all
/// arrivals. A header's time far from now cannot be CLOCK_MONOTONIC; it belongs to another clock and is mapped through a line of its own.
/// Sources: spa/buffer/meta.h, pipewire/stream.h. Not thread-safe; allocates nothing after construction.
/// </remarks>
internal sealed class PipeWireTimes
{
    // No device holds a buffer for longer, and none is further ahead: an end-of-frame stamp may be ahead by a frame.
    private static readonly ClockTime s_longestWay = ClockTime.FromSeconds(10);
    private static readonly ClockTime s_farthestAhead = ClockTime.FromSeconds(1);

    private static readonly Rational s_nanosecond = new(1, 1_000_000_000);

    // The longest cycle of the graph: 1024 frames at 48 kHz.
    private static readonly ClockTime s_bracket = ClockTime.FromMilliseconds(22);

    private readonly Rational _unit;
    private readonly EnvelopeLine? _arrivals;
    private readonly EnvelopeLine _foreign = new(s_nanosecond, s_bracket);
    private long _lastForeign = long.MinValue;

    /// <summary>Makes the times for a part of a stream without interruptions.</summary>
    /// <param name="unit">The unit of positions, in seconds: the duration of a sample or a frame; not positive if frames have none.</param>
    public PipeWireTimes(Rational unit)
    {
        _unit = unit;
        _arrivals = unit.IsPositive ? new EnvelopeLine(unit, s_bracket) : null;
    }

    /// <summary>
    /// How much faster than the system clock the source is, in parts per million, if measured by arrivals; otherwise NaN.
    /// </summary>
    public double Drift => _arrivals?.Drift ?? double.NaN;

    /// <summary>Returns when the buffer was captured.</summary>
    /// <param name="record">The bridge's record.</param>
    /// <param name="position">The position of its start, in samples or frames from the stream's first.</param>
    /// <param name="end">The position that the device had at least reached when it arrived: for sound the end, for a picture the
    /// start.</param>
    /// <param name="behind">The duration of the later media in the same cycle.</param>
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
