using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Timing;

/// <summary>
/// The line that relates a device's own count (of samples or frames) to system time. It is learned from pairs whose system time may be late
/// but never early, as after wake-ups, interrupts and counters that move in steps.
/// </summary>
/// <remarks>
/// Least squares over all pairs would be wrong by the mean lateness. This class keeps the least late pair of each second of the last half
/// minute. The rate is the median of the slopes between all pairs of these (Theil and Sen), which a few seconds of lateness do not change.
/// The line is the highest one with that slope that has no pair below it. Not thread-safe; allocates nothing after construction.
/// <para>
/// The uncertainty is intended to hold 999 times of 1000, from the first pair on. It has two parts. The first is the lateness of the least
/// late pair: pairs are late by any amount up to a bound, which is the bracket until the pairs themselves show a smaller one; of n such
/// pairs, the least late one is hardly later than 7/n of the bound. The second is the possible error of the rate, times the distance from
/// the pair that touches the line.
/// </para>
/// </remarks>
internal sealed class EnvelopeLine
{
    // One pair per second for half a minute: over that time, a crystal's wander stays below the noise.
    private const int Capacity = 32;
    private const double BucketSeconds = 1;

    // Over a shorter time, a rate would only be the noise of its ends: the nominal or the last known rate is better.
    private const double LeastSpanSeconds = 4;

    // No crystal deviates more; a larger rate comes from pairs that do not belong together.
    private const double MaxSkew = 1e-3;

    // Until a rate is measured: crystals stay within 200 parts per million, cheap ones within 500.
    private const double UnknownSkew = 500e-6;

    // Smaller than the promised one in a thousand: lateness with several causes is seldom near zero, and not uniformly distributed.
    private const double Risk = 1e-5;

    // More pairs of one second do not improve the least late one: with a slightly wrong rate, other pairs look earlier.
    private const long MostPairs = 8;

    // From this number of pairs on, the bound is computed once a second, and not for each pair.
    private const long Many = 64;

    private readonly Rational _unit;
    private readonly double _bracket;
    private readonly double[] _x = new double[Capacity];
    private readonly double[] _y = new double[Capacity];
    private readonly double[] _spreads = new double[Capacity];
    private readonly long[] _pairs = new long[Capacity];
    private readonly double[] _slopes = new double[Capacity * (Capacity - 1) / 2];
    private int _count;
    private long _originPosition;
    private long _originSystem;
    private double _slope;
    private double _intercept;
    private double _lateness;
    private double _skew;
    private double _support;
    private bool _isRateKnown;

    /// <summary>Makes a line without pairs.</summary>
    /// <param name="unit">The nominal duration of one unit of the count, in seconds: 1/48000 for samples at 48 kHz.</param>
    /// <param name="bracket">The largest lateness of a pair, if it is known in advance, such as a driver's period; zero if not.</param>
    public EnvelopeLine(Rational unit, ClockTime bracket = default)
    {
        _unit = unit;
        _bracket = bracket.Nanoseconds / 1e9;
    }

    /// <summary>True once there is a pair.</summary>
    public bool IsKnown => _count > 0;

    /// <summary>How much faster than the system clock the device counts, in parts per million; NaN while not measured.</summary>
    public double Drift => _isRateKnown ? ((1 / (1 + _slope)) - 1) * 1e6 : double.NaN;

    /// <summary>The uncertainty of the line at the last pair that it was fitted to.</summary>
    public ClockTime Uncertainty => _count == 0 ? ClockTime.None : UncertaintyAfter(_x[_count - 1]);

    /// <summary>Adds a pair.</summary>
    /// <param name="position">The device's count; never lower than that of the pair before.</param>
    /// <param name="system">A system time at which the count had been reached.</param>
    public void Add(long position, ClockTime system)
    {
        if (_count == 0)
        {
            (_originPosition, _originSystem) = (position, system.Nanoseconds);
            _count = 1;
            (_x[0], _y[0], _spreads[0], _pairs[0], _intercept) = (0, 0, 0, 1, 0);
            FitOffset();
            return;
        }

        double x = NominalSeconds(position);
        double y = ((system.Nanoseconds - _originSystem) / 1e9) - x;
        int last = _count - 1;
        if (Bucket(x) == Bucket(_x[last]))
        {
            _pairs[last]++;
            double higher = y - _y[last] - (_slope * (x - _x[last]));
            _spreads[last] = higher < 0 ? _spreads[last] - higher : Math.Max(_spreads[last], higher);
            if (higher >= 0)
            {
                if (_count <= 2 && _pairs[last] <= Many)
                {
                    FitOffset();
                }

                return;
            }

            (_x[last], _y[last]) = (x, y);
        }
        else
        {
            FitRate();
            Append(x, y);
        }

        FitOffset();
    }

    /// <summary>Removes the pairs, as after a stop of the device for an unknown time; keeps the rate as a first estimate.</summary>
    public void Restart() => _count = 0;

    /// <summary>Returns the system time at which the device reached a position, or will reach it; None without pairs.</summary>
    public ClockTime At(long position)
    {
        if (_count == 0)
        {
            return ClockTime.None;
        }

        ClockTime nominal = ClockTime.FromUnits(position - _originPosition, _unit);
        double correction = _intercept + (_slope * (nominal.Nanoseconds / 1e9));
        return ClockTime.FromNanoseconds(_originSystem + nominal.Nanoseconds + (long)Math.Round(correction * 1e9));
    }

    /// <summary>Returns the uncertainty of the line at a system time; None without pairs.</summary>
    public ClockTime UncertaintyAt(ClockTime system) =>
        _count == 0 ? ClockTime.None : UncertaintyAfter(Math.Max(_x[_count - 1], (system.Nanoseconds - _originSystem) / 1e9));

    /// <summary>Returns the device's count at a system time, as nominal duration since position zero; None without pairs.</summary>
    public ClockTime ElapsedAt(ClockTime system)
    {
        if (_count == 0)
        {
            return ClockTime.None;
        }

        // x + intercept + slope x = elapsed; solved for x - elapsed, which is small, so that no precision is lost.
        long elapsed = system.Nanoseconds - _originSystem;
        double correction = -(_intercept + (_slope * (elapsed / 1e9))) / (1 + _slope);
        return ClockTime.FromUnits(_originPosition, _unit) + ClockTime.FromNanoseconds(elapsed + (long)Math.Round(correction * 1e9));
    }

    private static long Bucket(double x) => (long)Math.Floor(x / BucketSeconds);

    private double NominalSeconds(long position) => ClockTime.FromUnits(position - _originPosition, _unit).Nanoseconds / 1e9;

    private void Append(double x, double y)
    {
        if (_count == Capacity)
        {
            Array.Copy(_x, 1, _x, 0, Capacity - 1);
            Array.Copy(_y, 1, _y, 0, Capacity - 1);
            Array.Copy(_spreads, 1, _spreads, 0, Capacity - 1);
            Array.Copy(_pairs, 1, _pairs, 0, Capacity - 1);
            _count--;
        }

        (_x[_count], _y[_count], _spreads[_count], _pairs[_count]) = (x, y, 0, 1);
        _count++;
    }

    /// <summary>Called once a second, when the second's least late pair is known.</summary>
    private void FitRate()
    {
        if (_x[_count - 1] - _x[0] < LeastSpanSeconds)
        {
            return;
        }

        int n = 0;
        for (int i = 0; i < _count; i++)
        {
            for (int j = i + 1; j < _count; j++)
            {
                _slopes[n++] = (_y[j] - _y[i]) / (_x[j] - _x[i]);
            }
        }

        Span<double> slopes = _slopes.AsSpan(0, n);
        slopes.Sort();
        _slope = Math.Clamp((slopes[n / 2] + slopes[(n - 1) / 2]) / 2, -MaxSkew, MaxSkew);
        if (!_isRateKnown)
        {
            // They were chosen without a rate, so the least late one of a second is not known.
            Array.Fill(_pairs, 1, 0, _count);
        }

        _isRateKnown = true;
    }

    private void FitOffset()
    {
        double lowest = double.PositiveInfinity;
        double highest = double.NegativeInfinity;
        double sum = 0;
        long pairs = 0;
        for (int i = 0; i < _count; i++)
        {
            double height = _y[i] - (_slope * _x[i]);
            _support = height < lowest ? _x[i] : _support;
            lowest = Math.Min(lowest, height);
            highest = Math.Max(highest, height + _spreads[i]);
            sum += height;
            pairs += _isRateKnown ? Math.Min(_pairs[i], MostPairs) : _pairs[i];
        }

        _intercept = lowest;
        _lateness = LeastLateness(highest - lowest, pairs);
        // The slope of Theil and Sen through n heights, whose mean is about their deviation: twelve of these divided by root n and the span
        // are more than three standard deviations.
        double span = _x[_count - 1] - _x[0];
        _skew = _isRateKnown && span >= LeastSpanSeconds
            ? Math.Min(2 * UnknownSkew, 12 * Math.Max((sum / _count) - lowest, _lateness) / (Math.Sqrt(_count) * span))
            : _isRateKnown ? MaxSkew / 20 : UnknownSkew;
    }

    /// <summary>
    /// Returns an upper limit for the lateness of the least late pair, if lateness is uniformly distributed from zero to a bound: the range
    /// of the pairs is at least a certain part of the bound, and one of them is at most a certain part above zero.
    /// </summary>
    private double LeastLateness(double range, long pairs)
    {
        double seen = pairs < 2 ? double.PositiveInfinity : range * Math.Pow(pairs / Risk, 1.0 / (pairs - 1));
        double bound = _bracket > 0 ? Math.Min(_bracket, seen) : double.IsFinite(seen) ? seen : 0;
        return bound * (1 - Math.Pow(Risk, 1.0 / pairs));
    }

    private ClockTime UncertaintyAfter(double x) =>
        ClockTime.FromNanoseconds((long)Math.Ceiling((_lateness + (_skew * Math.Abs(x - (_isRateKnown ? _support : 0)))) * 1e9));
}
