using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>
/// Pictures of a camera or capture card through Video for Linux, in the driver's own buffers and with the driver's own time stamps.
/// </summary>
/// <remarks>
/// <para>
/// PTS is the driver's stamp on CLOCK_MONOTONIC, mapped to the pipeline's running time and nothing else: while the pipeline follows the
/// system clock it is the stamp minus <see cref="Pipeline.BaseTime"/>, exactly. <see cref="TimestampSource"/> says what the driver stamps,
/// the end of the picture or the start of its exposure; nothing is added to make one of the other. A driver that stamps by another clock
/// has its times estimated, and its buffers are marked and counted.
/// </para>
/// <para>
/// A buffer's sequence is the driver's count; a gap in it is counted as lost and marks the next buffer as a discontinuity. A buffer rides
/// on the driver's memory (<see cref="V4l2Memory"/>) and goes back to it with its last reference; where fewer than two would be left to
/// the driver it is a copy (<see cref="CopiedBuffers"/>). Pictures that the driver found damaged are marked as corrupt.
/// </para>
/// <para>
/// A signal that changes on a digital input (HDMI, SDI) does not end the capture: the pictures that were filled are given out, the device
/// is set to what it measures, and it goes on with a <see cref="FormatChanged"/> where the format is another, on the same time line, with
/// the first picture marked as a discontinuity. Buffers that are held then stay valid; this wants Linux 5.0 or later. Without a signal,
/// also at the start, there are no pictures and no error; the loss and the return are each told once on <see cref="Pipeline.Events"/>.
/// While no picture comes, for whatever reason, <see cref="Gap"/>s say so half a second and a frame later.
/// </para>
/// <para>
/// Streaming by memory mapping is required, through the single-planar interface, which most cameras and capture cards have, or the
/// multi-planar one, also with a memory for each plane (NM12, YM12). Compressed formats (MJPG, H264) are <see cref="EncodedFormat"/>s, a
/// picture a buffer. The device is opened and started when the pipeline prepares, so what it refuses is thrown by the start; one that is
/// unplugged fails the pipeline with a <see cref="DeviceException"/>. Source: linux/videodev2.h and the kernel's V4L2 documentation.
/// </para>
/// </remarks>
public sealed class V4l2Source : Element, ILiveSource
{
    // What a stop may have to wait for, and no more often than needed while no picture comes.
    private const int PollMilliseconds = 50;

    // How often a digital input is asked for its signal while it has none.
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

    /// <summary>A source.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">What to open; /dev/video0 as it is set where null.</param>
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

    /// <summary>What the device is set to; null until it is open, another after the signal on its input has changed.</summary>
    public MediaFormat? Format => _mode?.Format;

    /// <summary>What the PTS is the time of; known once the device is open, exact once there was a picture. Any thread.</summary>
    public V4l2TimestampSource TimestampSource => (V4l2TimestampSource)Volatile.Read(ref _timestampSource);

    /// <summary>How many pictures were copied because those downstream left the driver too few buffers; any thread.</summary>
    public long CopiedBuffers => Volatile.Read(ref _copied);

    /// <inheritdoc/>
    public CaptureStatistics Statistics => _stamps.Statistics;

    /// <summary>
    /// At least a frame interval, in which a picture is exposed and read out; at most what the driver's buffers hold. Zero to unbounded
    /// where the rate is not known. A pipeline asks at its start: a signal that changes to a lower rate has more than it reckons with.
    /// </summary>
    public override ElementLatency Latency => _mode is { Interval.IsNone: false } mode
        ? new ElementLatency(mode.Interval, mode.Interval * (_queue?.Count ?? _options.BufferCount), IsLive: true)
        : new ElementLatency(ClockTime.Zero, ClockTime.None, IsLive: true);

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device is not there, is in use, or cannot do what the options ask for.</exception>
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
            throw new ArgumentException($"A size is two positive numbers, or two zeros; not {options.Width}x{options.Height}.", parameter);
        }

        if (options.BufferCount is < LeastQueued or > MostBuffers)
        {
            throw new ArgumentException($"A driver takes {LeastQueued} to {MostBuffers} buffers, not {options.BufferCount}.", parameter);
        }

        if (options.Input < 0)
        {
            throw new ArgumentException($"Inputs are numbered from zero; there is none with number {options.Input}.", parameter);
        }

        if (options.Format is { } format && !V4l2Formats.IsKnown(V4l2Formats.Parse(format)))
        {
            throw new ArgumentException($"'{format}' is not the fourcc of a format that this library can carry.", parameter);
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
            // Asked again after the wait in any case: not every driver tells when a signal has become stable.
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
    /// Ends streaming for a source that has changed, and begins anew where there is a signal: also where all seems to be as it was, as the
    /// kernel's documentation of V4L2_EVENT_SRC_CH_RESOLUTION demands.
    /// </summary>
    private void Restart()
    {
        for (int i = _queue!.Count; i > 0 && _queue.TryDrain(out v4l2_buffer filled) is { } memory; i--)
        {
            Read(memory, filled);
        }

        _queue.Close().ThrowIfError(_options.Device, "Letting go of the buffers of");
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
            Pipeline.Report("signal-lost", Name, $"The input of '{_options.Device}' {trouble}; the source waits for one.");
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
            // A decoder would take an empty packet for the end of its stream.
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
        // Before the first buffer that was given out nothing was missed by anybody.
        if (count == 0 || !_hasGiven)
        {
            return;
        }

        _isGap = true;
        _stamps.CountLost(count);
        Pipeline.Report("lost", Name, $"{count} pictures of '{_options.Device}' were lost before number {_times!.Sequence}.");
    }
}
