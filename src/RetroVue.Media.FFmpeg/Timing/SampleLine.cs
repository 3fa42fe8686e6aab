using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Timing;

/// <summary>
/// The time of sound by counting samples from one known time on, so that no rounding ever accumulates: the n-th sample is at
/// anchor + n / rate, rounded once.
/// </summary>
internal struct SampleLine
{
    /// <summary>
    /// How far time stamps may stray from the count before they are believed: 4 ms. A container in milliseconds is at most 1 ms off at
    /// either end; the least that a stream loses, a packet of sound, is longer with all common codecs.
    /// </summary>
    public static readonly ClockTime Tolerance = ClockTime.FromMilliseconds(4);

    private readonly Rational _sampleTime;
    private ClockTime _anchor = ClockTime.None;
    private long _count;

    /// <summary>A line that has no anchor yet.</summary>
    /// <param name="rate">Samples per second.</param>
    public SampleLine(int rate) => _sampleTime = new Rational(1, rate);

    /// <summary>True once there is an anchor.</summary>
    public readonly bool IsSet => !_anchor.IsNone;

    /// <summary>The time of the next sample; None without an anchor.</summary>
    public readonly ClockTime Next => After(0);

    /// <summary>The time of a sample beyond the next one; None without an anchor.</summary>
    public readonly ClockTime After(long samples) => _anchor + ClockTime.FromUnits(_count + samples, _sampleTime);

    /// <summary>How much later than the next sample a time is; zero if either is not known.</summary>
    public readonly ClockTime Deviation(ClockTime time) => IsSet && !time.IsNone ? time - Next : ClockTime.Zero;

    /// <summary>The nearest count of samples in a duration, which may be negative.</summary>
    public readonly long SamplesIn(ClockTime duration) => duration.ToUnits(_sampleTime);

    /// <summary>Counts anew from a time on.</summary>
    public void Restart(ClockTime anchor)
    {
        _anchor = anchor;
        _count = 0;
    }

    /// <summary>Counts samples that have passed.</summary>
    public void Advance(long samples) => _count += samples;
}
