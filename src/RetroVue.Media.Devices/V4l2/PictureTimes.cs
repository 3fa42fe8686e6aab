using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>Reads a picture's capture time, its number, and the losses before it from the driver's data of a buffer.</summary>
/// <remarks>
/// For one thread; allocates nothing after construction. Source: linux/videodev2.h, struct v4l2_buffer and V4L2_BUF_FLAG_*.
/// </remarks>
internal sealed class PictureTimes
{
    private readonly EnvelopeLine? _line;
    private readonly FrameDrift? _drift;
    private readonly ClockTime _interval;
    private readonly int _buffers;
    private readonly long? _first;
    private uint _lastCount;
    private int _late;
    private bool _hasBegun;

    /// <summary>Makes the times for a driver that fills a number of buffers in turn.</summary>
    /// <param name="mode">The device's mode.</param>
    /// <param name="buffers">The number of buffers.</param>
    /// <param name="before">The times before the driver started again; their numbers continue. Null for the first start.</param>
    public PictureTimes(V4l2Mode mode, int buffers, PictureTimes? before = null)
    {
        _interval = mode.Interval;
        _line = mode.FrameRate.IsPositive ? new EnvelopeLine(mode.FrameRate.Inverse) : null;
        _drift = mode.FrameRate.IsPositive ? new FrameDrift(mode.Interval) : null;
        _buffers = buffers;
        _first = before is null ? null : before._hasBegun ? before.Sequence + 1 : before._first;
    }

    /// <summary>The driver's number of the last picture, in 64 bits; it continues after the driver has started again.</summary>
    public long Sequence { get; private set; }

    /// <summary>The number of pictures that the driver numbered but did not deliver before the last one.</summary>
    public long Lost { get; private set; }

    /// <summary>CLOCK_MONOTONIC at the last picture.</summary>
    public ClockTime Captured { get; private set; }

    /// <summary>The uncertainty of that time.</summary>
    public ClockTime Uncertainty { get; private set; }

    /// <summary>The origin of the last picture's time.</summary>
    public V4l2TimestampSource Source { get; private set; }

    /// <summary>
    /// How much faster than the system clock the device delivers pictures, in parts per million: by the driver's stamps or, without stamps,
    /// by the line through the arrival times. NaN while not known, and always if the driver reports no rate.
    /// </summary>
    public double Drift => (Source == V4l2TimestampSource.Estimated ? _line?.Drift : _drift?.PartsPerMillion) ?? double.NaN;

    /// <summary>Returns the origin of the time stamps of a buffer with these flags.</summary>
    public static V4l2TimestampSource SourceOf(uint flags) =>
        (flags & LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MASK) != LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC
            ? V4l2TimestampSource.Estimated
            : (flags & LibcVideo.V4L2_BUF_FLAG_TSTAMP_SRC_MASK) == LibcVideo.V4L2_BUF_FLAG_TSTAMP_SRC_SOE
                ? V4l2TimestampSource.StartOfExposure
                : V4l2TimestampSource.EndOfFrame;

    /// <summary>Reads the driver's data of a picture.</summary>
    /// <param name="buffer">The buffer as it came from VIDIOC_DQBUF.</param>
    /// <param name="system">CLOCK_MONOTONIC; only read if the driver does not stamp.</param>
    public void Read(in v4l2_buffer buffer, IClock system)
    {
        Count(buffer.sequence);
        Source = SourceOf(buffer.flags);
        if (Source == V4l2TimestampSource.Estimated)
        {
            Estimate(system.Now);
            return;
        }

        // The kernel cuts its nanoseconds to the microseconds of a timeval.
        Captured = ClockTime.FromNanoseconds((buffer.timestamp.tv_sec * 1_000_000_000) + (buffer.timestamp.tv_usec * 1000));
        Uncertainty = ClockTime.FromMicroseconds(1);
        _drift?.Add(Sequence, Captured);
    }

    /// <summary>Returns the flags of the last picture's buffer.</summary>
    public static BufferFlags FlagsOf(in v4l2_buffer buffer, bool isIntra)
    {
        bool isKey = isIntra || (buffer.flags & LibcVideo.V4L2_BUF_FLAG_KEYFRAME) != 0;
        BufferFlags flags = isKey ? BufferFlags.KeyFrame : BufferFlags.None;
        flags |= (buffer.flags & LibcVideo.V4L2_BUF_FLAG_ERROR) != 0 ? BufferFlags.Corrupt : BufferFlags.None;
        flags |= SourceOf(buffer.flags) == V4l2TimestampSource.Estimated ? BufferFlags.EstimatedTime : BufferFlags.None;
        return flags;
    }

    private void Count(uint count)
    {
        // A count of 32 bits wraps after four years at 30 pictures per second, and in drivers' tests at once.
        int step = unchecked((int)(count - _lastCount));
        _lastCount = count;
        if (!_hasBegun)
        {
            _hasBegun = true;
            (Sequence, Lost) = (_first ?? count, 0);
        }
        else
        {
            // A driver that does not count, or has started again, gives no information about losses.
            (Sequence, Lost) = step > 0 ? (Sequence + step, step - 1) : (Sequence + 1, 0);
        }
    }

    private void Estimate(ClockTime dequeued)
    {
        if (_line is null)
        {
            (Captured, Uncertainty) = (dequeued, ClockTime.None);
            return;
        }

        _line.Add(Sequence, dequeued);
        ClockTime estimate = _line.At(Sequence);

        // Pictures can wait in the driver's buffers, but not longer. A camera that is repeatedly later has left its nominal rate, as many
        // do in the dark.
        _late = dequeued - estimate > _interval * (_buffers + 1) ? _late + 1 : 0;
        if (_late > 2 * _buffers)
        {
            _line.Restart();
            _line.Add(Sequence, dequeued);
            (_late, estimate) = (0, dequeued);
        }

        // The wait lies between the estimate and the call; the readout of the picture lies before the estimate.
        (Captured, Uncertainty) = (estimate, _interval + (dequeued - estimate));
    }
}
