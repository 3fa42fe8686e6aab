using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>
/// Captures pictures from a camera or capture card with Video for Linux, in the driver's own buffers and with its own time stamps.
/// </summary>
/// <remarks>
/// <para>
/// PTS is the driver's CLOCK_MONOTONIC stamp, only mapped to the pipeline's running time: while the pipeline follows the system clock, it
/// is exactly the stamp minus <see cref="Pipeline.BaseTime"/>. <see cref="TimestampSource"/> says what the driver stamps, the end of the
/// picture or the start of its exposure; the source does not convert one to the other. If a driver stamps with another clock, times are
/// estimated, and the buffers are marked and counted.
/// </para>
/// <para>
/// A buffer's sequence is the driver's count; missing numbers are counted as lost and mark the next buffer as a discontinuity. A buffer
/// uses the driver's memory (<see cref="V4l2Memory"/>) and returns it when its last reference is released. If fewer than two buffers would
/// be left for the driver, the picture is copied instead (<see cref="CopiedBuffers"/>). Pictures that the driver reports as damaged are
/// marked as corrupt.
/// </para>
/// <para>
/// A change of the signal on a digital input (HDMI, SDI) does not end the capture. Pictures that were already filled are pushed, the device
/// is set to the measured signal, and capture goes on on the same time line, with a <see cref="FormatChanged"/> if the format is different,
/// and with the first picture marked as a discontinuity. Buffers in use stay valid; this needs Linux 5.0 or later. Without a signal, even
/// at the start, there are no pictures and no error; the loss and the return are each reported once on <see cref="Pipeline.Events"/>. While
/// no picture comes, for any reason, <see cref="Gap"/>s say so, half a second and a frame late.
/// </para>
/// <para>
/// Streaming by memory mapping is required, with the single-planar interface, which most cameras and capture cards have, or the
/// multi-planar one, also with one memory per plane (NM12, YM12). Encoded formats (MJPG, H264) are <see cref="EncodedFormat"/>s with one
/// picture per buffer. The device is opened and started when the pipeline is prepared, so errors of the device are thrown by the start. If
/// the device is unplugged, the pipeline fails with a <see cref="DeviceException"/>. Source: linux/videodev2.h and the kernel's V4L2
/// documentation.
/// </para>
/// </remarks>
public sealed class V4l2Source : Element, ILiveSource
{
    // The longest time for which a stop may have to wait; and, while no picture comes, not shorter than necessary.
    private const int PollMilliseconds = 50;

    // How often a digital input without a signal is checked for one.
    private const int SignalMilliseconds = 100;
    private const int LeastQueued = 2;
    private const int MostBuffers = 32;

    private readonly V4l2SourceOptions _options;
    private readonly IV4l2System _system;
    private readonly OutputPad _output;
    private readonly CaptureStamps _stamps;
    private V4l2Descriptor? _device;
    private V4l2Signal? _signal;
    private V4l2Mode? _mode;
    private V4l2Queue? _queue;
    private PictureTimes? _times;
    private long _copied;
    private double _drift = double.NaN;
    private int _timestampSource;
    private uint _bufferType;
    private volatile bool _isInterrupted;
    private volatile bool _isEnding;
    private bool _hasGiven;
    private bool _isGap;
    private bool _isLost;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The options; null for /dev/video0 with its present settings.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public V4l2Source(string name, V4l2SourceOptions? options = null)
        : this(name, options, V4l2System.Instance)
    {
    }

    internal V4l2Source(string name, V4l2SourceOptions? options, IV4l2System system)
        : base(name)
    {
        _options = options ?? new V4l2SourceOptions();
        ThrowIfWrong(_options, nameof(options));
        _system = system;
        _stamps = new CaptureStamps(this);
        _output = AddOutput();
        AddTask(Capture, StepPlacement.OwnThread);
    }

    /// <summary>The format of the device; null until it is open, and a new one after the signal on its input has changed.</summary>
    public MediaFormat? Format => _mode?.Format;

    /// <summary>The origin of the PTS; known once the device is open, exact once there was a picture. Any thread.</summary>
    public V4l2TimestampSource TimestampSource => (V4l2TimestampSource)Volatile.Read(ref _timestampSource);

    /// <summary>The number of pictures that were copied because downstream elements held too many buffers; any thread.</summary>
    public long CopiedBuffers => Volatile.Read(ref _copied);

    /// <inheritdoc/>
    public CaptureStatistics Statistics => _stamps.Statistics;

    /// <summary>
    /// At least a frame interval, in which a picture is exposed and read out; at most the length of the driver's buffers. Zero to unlimited
    /// if the rate is not known. A pipeline reads this at its start, so it does not allow for a signal that changes to a lower rate.
    /// </summary>
    public override ElementLatency Latency => _mode is { Interval.IsNone: false } mode
        ? new ElementLatency(mode.Interval, mode.Interval * (_queue?.Count ?? _options.BufferCount), IsLive: true)
        : new ElementLatency(ClockTime.Zero, ClockTime.None, IsLive: true);

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device is missing, is in use, or does not support the options.</exception>
    protected override void Prepare()
    {
        string path = V4l2Devices.Resolve(_system, _options.Device);
        _device = V4l2Descriptor.Open(_system, path, _options.Device);
        try
        {
            _bufferType = V4l2Negotiation.BufferTypeOf(_device);
            _signal = V4l2Signal.Open(_device, _options.Input);
            string? trouble = _signal.Take();
            _mode = V4l2Negotiation.Negotiate(_device, _bufferType, _options, _signal.FrameRate, takesAnySize: trouble is not null);
            if (trouble is null)
            {
                CreateQueue();
            }

            _output.Push(new FormatChanged(_mode.Format));
            _output.Push(Segment.Default);
            _queue?.Start();
            ReportLost(trouble);
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Interrupt() => _isInterrupted = true;

    /// <inheritdoc/>
    protected override void EndStream() => _isEnding = true;

    /// <inheritdoc/>
    protected override void Stop() => Close();

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    private static void ThrowIfWrong(V4l2SourceOptions options, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.Device, parameter);
        if (options.Width < 0 || options.Height < 0 || options.Width == 0 != (options.Height == 0))
        {
            throw new ArgumentException($"A size has to be two positive numbers, or two zeros; not {options.Width}x{options.Height}.", parameter);
        }

        if (options.BufferCount is < LeastQueued or > MostBuffers)
        {
            throw new ArgumentException($"A driver needs {LeastQueued} to {MostBuffers} buffers, not {options.BufferCount}.", parameter);
        }

        if (options.Input < 0)
        {
            throw new ArgumentException($"Inputs are numbered from zero; {options.Input} is not an input.", parameter);
        }

        if (options.Format is { } format && !V4l2Formats.IsKnown(V4l2Formats.Parse(format)))
        {
            throw new ArgumentException($"'{format}' is not the fourcc of a format that this library supports.", parameter);
        }
    }

    private StepResult Capture()
    {
        if (_isInterrupted)
        {
            return StepResult.Idle;
        }

        if (_isEnding)
        {
            _output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        if (_queue is null)
        {
            // Checked again after the wait in any case: not all drivers report that a signal has become stable.
            _ = _signal!.HasChanged(_device!.Poll(LibcVideo.POLLPRI, SignalMilliseconds));
            Resume();
            _stamps.TellSilence(_output);
            return StepResult.Again;
        }

        int events = _device!.Poll(V4l2Queue.Awaited, PollMilliseconds);
        if (_signal!.HasChanged(events))
        {
            Restart();
        }
        else if (_queue.TryDequeue(events, out v4l2_buffer filled) is { } memory)
        {
            Read(memory, filled);
        }
        else
        {
            _stamps.TellSilence(_output);
        }

        return StepResult.Again;
    }

    private void CreateQueue()
    {
        _queue = V4l2Queue.Create(_device!, _options.BufferCount, _mode!, _options.ExportDmaBuf);
        _times = new PictureTimes(_mode!, _queue.Count, _times);
        Volatile.Write(ref _timestampSource, (int)PictureTimes.SourceOf(_queue.Flags));
    }

    private void Close()
    {
        _ = _queue?.Close();
        _device?.Dispose();
    }

    /// <summary>
    /// Ends streaming after the source has changed, and starts again if there is a signal; even if nothing seems to have changed, as the
    /// kernel's documentation of V4L2_EVENT_SRC_CH_RESOLUTION requires.
    /// </summary>
    private void Restart()
    {
        for (int i = _queue!.Count; i > 0 && _queue.TryDrain(out v4l2_buffer filled) is { } memory; i--)
        {
            Read(memory, filled);
        }

        _queue.Close().ThrowIfError(_options.Device, "Freeing the buffers of");
        _queue = null;
        _isGap = _hasGiven;
        Resume();
    }

    private void Resume()
    {
        if (_signal!.Take() is { } trouble)
        {
            ReportLost(trouble);
            return;
        }

        MediaFormat before = _mode!.Format;
        _mode = V4l2Negotiation.Negotiate(_device!, _bufferType, _options, _signal.FrameRate, takesAnySize: true);
        CreateQueue();
        if (!_mode.Format.Equals(before))
        {
            _output.Push(new FormatChanged(_mode.Format));
        }

        _queue!.Start();
        _isLost = false;
        Pipeline.Report("signal-found", Name, $"'{_options.Device}' goes on with {_mode.Format}.");
    }

    private void ReportLost(string? trouble)
    {
        if (trouble is not null && !_isLost)
        {
            _isLost = true;
            Pipeline.Report("signal-lost", Name, $"The input of '{_options.Device}' {trouble}; the source waits for a signal.");
        }
    }

    private void Read(V4l2Memory memory, in v4l2_buffer filled)
    {
        _times!.Read(filled, Pipeline.Executor.Waiter.SystemClock);
        Give(memory, filled);
    }

    private void Give(V4l2Memory memory, in v4l2_buffer filled)
    {
        PictureTimes times = _times!;
        Volatile.Write(ref _timestampSource, (int)times.Source);
        CountLost(times.Lost);
        if (memory.IsPacket && filled.bytesused == 0)
        {
            // A decoder would treat an empty packet as the end of its stream.
            memory.Release();
            CountLost(1);
            return;
        }

        MediaBuffer buffer = MediaBuffer.Create(memory);
        buffer.Duration = _mode!.Interval;
        buffer.Sequence = times.Sequence;
        buffer.Flags = PictureTimes.FlagsOf(filled, _mode.IsIntra) | (_isGap ? BufferFlags.Discontinuity : BufferFlags.None);
        if (!_stamps.TryStamp(buffer, times.Captured, times.Uncertainty))
        {
            buffer.Release();
            return;
        }

        if (_queue!.Queued < LeastQueued)
        {
            MediaBuffer copy = buffer.CopyHeader(memory.Clone());
            buffer.Release();
            buffer = copy;
            Volatile.Write(ref _copied, _copied + 1);
        }

        (_isGap, _hasGiven) = (false, true);
        if (!times.Drift.Equals(_drift))
        {
            _drift = times.Drift;
            _stamps.SetDrift(_drift);
        }

        _output.Push(buffer);
    }

    private void CountLost(long count)
    {
        // Losses before the first pushed buffer do not count.
        if (count == 0 || !_hasGiven)
        {
            return;
        }

        _isGap = true;
        _stamps.CountLost(count);
        Pipeline.Report("lost", Name, $"{count} pictures of '{_options.Device}' were lost before number {_times!.Sequence}.");
    }
}
