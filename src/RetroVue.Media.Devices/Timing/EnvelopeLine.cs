using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Timing;

/// <summary>
/// The line that relates a device's own count (of samples, of frames) to system time, learned from pairs whose system time may be late
/// but never early: what wake-ups, interrupts and counters that move in steps do.
/// </summary>
/// <remarks>
/// Least squares over all pairs would be off by the mean lateness. This keeps the least-late pair of each second of the last half minute.
/// The rate is the median of the slopes between each two of them (Theil and Sen), which a few seconds of lateness do not move; the line is
/// the highest of that slope that no pair lies below. Not thread-safe; allocates nothing after construction.
/// <para>
/// The uncertainty is meant to hold 999 times of 1000, from the first pair on. It has two parts. How late the least-late pair is: pairs
/// are late by anything up to a bound, which is the bracket until the pairs themselves show less, and of n such pairs the least late is
/// hardly later than 7/n of the bound. And what the rate may be off by, times the distance from the pair that the line rests on.
/// </para>
/// </remarks>
internal sealed class EnvelopeLine
{
    // A pair a second over half a minute: a crystal's wander stays below the noise for so long.
    private const int Capacity = 32;
    private const double BucketSeconds = 1;

    // Over less than that a rate would be the noise of its ends: the nominal one, or the one known from before, is the better guess.
    private const double LeastSpanSeconds = 4;

    // No crystal is off by more; a rate beyond that comes of pairs that do not belong together.
    private const double MaxSkew = 1e-3;

    // Until a rate is measured: crystals stay within 200 parts per million, and cheap ones within 500.
    private const double UnknownSkew = 500e-6;

    // Less than the one in a thousand that is promised: lateness of several causes is seldom near nothing, and is no even spread.
    private const double Risk = 1e-5;

    // More pairs of one second tell no more of the least late: with a rate that is not quite true, others look earlier than it.
    private const long MostPairs = 8;

    // From so many pairs on the bound is looked at once a second, and not at each pair.
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

    /// <summary>A line that knows nothing yet.</summary>
    /// <param name="unit">The nominal duration of one unit of the count, in seconds: 1/48000 for samples at 48 kHz.</param>
    /// <param name="bracket">How late a pair may be at most, as far as is known before: a driver's period; zero if nothing is known.</param>
    public EnvelopeLine(Rational unit, ClockTime bracket = default)
    {
        _unit = unit;
        _bracket = bracket.Nanoseconds / 1e9;
    }

    /// <summary>True once there is a pair.</summary>
    public bool IsKnown => _count > 0;

    /// <summary>How much faster than the system clock the device counts, in parts per million; NaN while not measured.</summary>
    public double Drift => _isRateKnown ? ((1 / (1 + _slope)) - 1) * 1e6 : double.NaN;

    /// <summary>What the line may be off by at the last pair that it was laid through.</summary>
    public ClockTime Uncertainty => _count == 0 ? ClockTime.None : UncertaintyAfter(_x[_count - 1]);

    /// <summary>Takes a pair in.</summary>
    /// <param name="position">The device's count; never less than that of the pair before.</param>
    /// <param name="system">The system time at which the count had been reached, at the latest.</param>
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

    /// <summary>Forgets the pairs, as after a stop of the device whose length is not known; the rate is kept as the guess it is.</summary>
    public void Restart() => _count = 0;

    /// <summary>The system time at which the device reached a position, or will; None while nothing is known.</summary>
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

    /// <summary>What the line may be off by at a system time; None while nothing is known.</summary>
    public ClockTime UncertaintyAt(ClockTime system) =>
        _count == 0 ? ClockTime.None : UncertaintyAfter(Math.Max(_x[_count - 1], (system.Nanoseconds - _originSystem) / 1e9));

    /// <summary>How far the device has counted at a system time, as nominal duration since position zero; None while nothing is known.</summary>
    public ClockTime ElapsedAt(ClockTime system)
    {
        if (_count == 0)
        {
            return ClockTime.None;
        }

        // x + intercept + slope x = elapsed; solved for x - elapsed, which is small, so that no digit is lost.
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

    /// <summary>Once a second, when the second's least-late pair is known.</summary>
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
            // They were chosen without a rate: which one of a second was the least late is not known.
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
        // The slope of Theil and Sen through n heights, whose mean is about their deviation: twelve of these over root n and the span are
        // more than three standard deviations.
        double span = _x[_count - 1] - _x[0];
        _skew = _isRateKnown && span >= LeastSpanSeconds
            ? Math.Min(2 * UnknownSkew, 12 * Math.Max((sum / _count) - lowest, _lateness) / (Math.Sqrt(_count) * span))
            : _isRateKnown ? MaxSkew / 20 : UnknownSkew;
    }

    /// <summary>
    /// How late the least late of some pairs may be, if all are late by anything from nothing to a bound: the range that they were seen in
    /// is at least so much of the bound, and one of them at most so far above nothing.
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
