using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Timing;

/// <summary>
/// Computes the time of sound by counting samples from one known time on, so that rounding does not accumulate: the n-th sample is at
/// anchor + n / rate, rounded once.
/// </summary>
internal struct SampleLine
{
    /// <summary>
    /// How far time stamps may deviate from the count before the count follows them: 4 ms. A container with milliseconds is at most 1 ms
    /// off at either end; the smallest loss in a stream, one packet of sound, is longer with all common codecs.
    /// </summary>
    public static readonly ClockTime Tolerance = ClockTime.FromMilliseconds(4);

    private readonly Rational _sampleTime;
    private ClockTime _anchor = ClockTime.None;
    private long _count;

    /// <summary>Makes a line without an anchor.</summary>
    /// <param name="rate">Samples per second.</param>
    public SampleLine(int rate) => _sampleTime = new Rational(1, rate);

    /// <summary>True once there is an anchor.</summary>
    public readonly bool IsSet => !_anchor.IsNone;

    /// <summary>The time of the next sample; None without an anchor.</summary>
    public readonly ClockTime Next => After(0);

    /// <summary>Returns the time of a sample after the next one; None without an anchor.</summary>
    public readonly ClockTime After(long samples) => _anchor + ClockTime.FromUnits(_count + samples, _sampleTime);

    /// <summary>Returns how much later than the next sample a time is; zero if either is not known.</summary>
    public readonly ClockTime Deviation(ClockTime time) => IsSet && !time.IsNone ? time - Next : ClockTime.Zero;

    /// <summary>Returns the nearest number of samples in a duration, which may be negative.</summary>
    public readonly long SamplesIn(ClockTime duration) => duration.ToUnits(_sampleTime);

    /// <summary>Starts the count again at a time.</summary>
    public void Restart(ClockTime anchor)
    {
        _anchor = anchor;
        _count = 0;
    }

    /// <summary>Adds samples to the count.</summary>
    public void Advance(long samples) => _count += samples;
}
