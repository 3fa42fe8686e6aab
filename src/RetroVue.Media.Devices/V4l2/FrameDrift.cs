using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>How much faster than the system clock a device gives pictures, by the stamps of its driver.</summary>
/// <remarks>
/// <para>
/// A driver's stamps err to both sides, by an interrupt's delay or the tick of a timer, unlike the wake-ups that an
/// <see cref="Timing.EnvelopeLine"/> is made for; so this is a line of least squares, through the means of the last 32 seconds. At 25
/// pictures a second, stamps with a jitter of a millisecond give it to 30 parts per million after eight seconds, to 4 after all of them.
/// </para>
/// <para>For one thread. Allocates nothing after construction; a picture costs an addition or two, a second the line.</para>
/// </remarks>
/// <param name="interval">The nominal time from picture to picture.</param>
internal sealed class FrameDrift(ClockTime interval)
{
    private const int Capacity = 32;
    private const int Least = 8;
    private const double BlockSeconds = 1;

    // No crystal is off by more: beyond that the device does not keep its nominal rate, as a camera in the dark.
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

    /// <summary>In parts per million; NaN for the first eight seconds, and while the device does not keep its nominal rate.</summary>
    public double PartsPerMillion { get; private set; } = double.NaN;

    /// <summary>Takes a picture in.</summary>
    /// <param name="number">Its number by the driver's count.</param>
    /// <param name="stamp">The driver's stamp.</param>
    public void Add(long number, ClockTime stamp)
    {
        if (_count == 0)
        {
            // The first of all: a block begins with the picture that ended the one before.
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
