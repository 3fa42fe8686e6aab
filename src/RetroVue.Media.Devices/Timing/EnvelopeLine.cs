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

    private readonly Rational _unit;
    private readonly double[] _x = new double[Capacity];
    private readonly double[] _y = new double[Capacity];
    private readonly double[] _slopes = new double[Capacity * (Capacity - 1) / 2];
    private int _count;
    private long _originPosition;
    private long _originSystem;
    private double _slope;
    private double _intercept;
    private ClockTime _uncertainty;
    private bool _isRateKnown;

    /// <summary>A line that knows nothing yet.</summary>
    /// <param name="unit">The nominal duration of one unit of the count, in seconds: 1/48000 for samples at 48 kHz.</param>
    public EnvelopeLine(Rational unit) => _unit = unit;

    /// <summary>True once there is a pair.</summary>
    public bool IsKnown => _count > 0;

    /// <summary>How much faster than the system clock the device counts, in parts per million; NaN while not measured.</summary>
    public double Drift => _isRateKnown ? ((1 / (1 + _slope)) - 1) * 1e6 : double.NaN;

    /// <summary>How far above the line the least-late pairs lie on average: what the line may be off by.</summary>
    public ClockTime Uncertainty => _count == 0 ? ClockTime.None : _uncertainty;

    /// <summary>Takes a pair in.</summary>
    /// <param name="position">The device's count; never less than that of the pair before.</param>
    /// <param name="system">The system time at which the count had been reached, at the latest.</param>
    public void Add(long position, ClockTime system)
    {
        if (_count == 0)
        {
            (_originPosition, _originSystem) = (position, system.Nanoseconds);
            _count = 1;
            (_x[0], _y[0], _intercept, _uncertainty) = (0, 0, 0, ClockTime.Zero);
            return;
        }

        double x = NominalSeconds(position);
        double y = ((system.Nanoseconds - _originSystem) / 1e9) - x;
        int last = _count - 1;
        if (Bucket(x) == Bucket(_x[last]))
        {
            if (y - (_slope * x) >= _y[last] - (_slope * _x[last]))
            {
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
            _count--;
        }

        (_x[_count], _y[_count]) = (x, y);
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
        _isRateKnown = true;
    }

    private void FitOffset()
    {
        double lowest = double.PositiveInfinity;
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            double height = _y[i] - (_slope * _x[i]);
            lowest = Math.Min(lowest, height);
            sum += height;
        }

        _intercept = lowest;
        _uncertainty = ClockTime.FromNanoseconds((long)(((sum / _count) - lowest) * 1e9));
    }
}
