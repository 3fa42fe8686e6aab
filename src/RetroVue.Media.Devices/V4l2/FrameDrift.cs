using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>Measures how much faster than the system clock a device delivers pictures, by its driver's stamps.</summary>
/// <remarks>
/// <para>
/// Unlike the wake-ups that an <see cref="Timing.EnvelopeLine"/> is made for, a driver's stamps have errors in both directions, from an
/// interrupt's delay or the tick of a timer. So this is a least-squares line through the means of the last 32 seconds. At 25 pictures per
/// second with a jitter of a millisecond, it is accurate to 30 parts per million after eight seconds, and to 4 after all of them.
/// </para>
/// <para>For one thread. Allocates nothing after construction; each picture costs one or two additions, each second the line.</para>
/// </remarks>
/// <param name="interval">The nominal time from one picture to the next.</param>
internal sealed class FrameDrift(ClockTime interval)
{
    private const int Capacity = 32;
    private const int Least = 8;
    private const double BlockSeconds = 1;

    // No crystal deviates more: beyond that the device does not keep its nominal rate, like a camera in the dark.
    private const double MaxSkew = 1e-3;

    private readonly double _interval = interval.Nanoseconds / 1e9;
    private readonly double[] _x = new double[Capacity];
    private readonly double[] _y = new double[Capacity];
    private long _blocks;
    private long _firstNumber;
    private long _firstStamp;
    private double _blockEnd;
    private double _sumX;
    private double _sumY;
    private int _count;

    /// <summary>
    /// The drift in parts per million; NaN for the first eight seconds, and while the device does not keep its nominal rate.
    /// </summary>
    public double PartsPerMillion { get; private set; } = double.NaN;

    /// <summary>Adds a picture.</summary>
    /// <param name="number">Its number in the driver's count.</param>
    /// <param name="stamp">The driver's stamp.</param>
    public void Add(long number, ClockTime stamp)
    {
        if (_count == 0)
        {
            // The very first one: a block begins with the picture that ended the block before.
            (_firstNumber, _firstStamp, _blockEnd) = (number, stamp.Nanoseconds, BlockSeconds);
        }

        double x = (number - _firstNumber) * _interval;
        double y = ((stamp.Nanoseconds - _firstStamp) * 1e-9) - x;
        if (x >= _blockEnd)
        {
            int at = (int)(_blocks++ % Capacity);
            (_x[at], _y[at]) = (_sumX / _count, _sumY / _count);
            PartsPerMillion = Fit();
            (_sumX, _sumY, _count, _blockEnd) = (0, 0, 0, x + BlockSeconds);
        }

        _sumX += x;
        _sumY += y;
        _count++;
    }

    private double Fit()
    {
        int count = (int)Math.Min(_blocks, Capacity);
        if (count < Least)
        {
            return double.NaN;
        }

        double meanX = 0, meanY = 0;
        for (int i = 0; i < count; i++)
        {
            meanX += _x[i] / count;
            meanY += _y[i] / count;
        }

        double covariance = 0, variance = 0;
        for (int i = 0; i < count; i++)
        {
            covariance += (_x[i] - meanX) * (_y[i] - meanY);
            variance += (_x[i] - meanX) * (_x[i] - meanX);
        }

        double slope = covariance / variance;
        return Math.Abs(slope) <= MaxSkew ? ((1 / (1 + slope)) - 1) * 1e6 : double.NaN;
    }
}
