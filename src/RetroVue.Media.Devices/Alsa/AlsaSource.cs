using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>Records from a sound device. A buffer's PTS is the running time at which its first sample was captured.</summary>
/// <remarks>
/// <para>The device counts frames and stamps its count with CLOCK_MONOTONIC. A line through these stamps gives the capture time of each
/// frame, independent of delays of the program or the system. Frames lost in an overrun are counted, and the PTS after it are those of the
/// frames captured then, so errors do not accumulate. The buffer after a loss is marked <see cref="BufferFlags.Discontinuity"/>.</para>
/// <para>Each buffer is one period of the device, which is the latency. The device is read at deadlines, not by polling: its own line says
/// when the next period is complete. Source: pcm.h and alsa-lib's documentation of the PCM interface.</para>
/// </remarks>
public sealed class AlsaSource : Element, IClockProvider, ILiveSource
{
    private const int LooksPerEarlyOne = 8;

    private static readonly ClockTime s_reopenInterval = ClockTime.FromMilliseconds(500);

    private readonly AlsaOptions _options;
    private readonly Func<IPcm> _open;
    private readonly OutputPad _output;
    private readonly CaptureStamps _stamps;
    private readonly StepTask _task;
    private AlsaDevice? _device;
    private byte[] _raw = [];
    private long _read;
    private long _sequence;
    private long _looks;
    private ClockTime _lostFrom = ClockTime.None;
    private bool _isDiscontinuous;
    private bool _isStampless;
    private volatile bool _isEnding;

    /// <summary>Makes a source, which opens its device when the pipeline starts.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The options; null for the default device with 48 kHz stereo of 16 bits.</param>
    public AlsaSource(string name, AlsaOptions? options = null)
        : this(name, options ?? new AlsaOptions(), null)
    {
    }

    internal AlsaSource(string name, AlsaOptions options, Func<IPcm>? open)
        : base(name)
    {
        _options = options;
        _open = open ?? (() => AlsaPcm.Open(options, isCapture: true));
        _stamps = new CaptureStamps(this);
        _output = AddOutput();
        _task = AddTask(Capture, StepPlacement.OwnThread);
    }

    /// <inheritdoc/>
    public event EventHandler<ClockChangedEventArgs>? ClockChanged;

    /// <inheritdoc/>
    public int ClockPriority => ClockPriorities.Hardware;

    /// <inheritdoc/>
    public CaptureStatistics Statistics => _stamps.Statistics;

    /// <summary>One period: its first sample waits for its last.</summary>
    public override ElementLatency Latency => new(Period, ClockTime.None, true);

    private ClockTime Period => _device is { } device ? device.Setup.Format.DurationOf(device.Setup.PeriodSize) : _options.Period;

    /// <inheritdoc/>
    public IClock? ProvideClock() => _device?.Clock is { IsKnown: true } clock ? clock : null;

    /// <inheritdoc/>
    protected override void Prepare()
    {
        Open();
        _output.Push(new FormatChanged(_options.Format));
        _output.Push(Segment.Default);
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    /// <inheritdoc/>
    protected override void EndStream()
    {
        _isEnding = true;
        _task.Wake();
    }

    /// <inheritdoc/>
    protected override void Stop() => Close();

    private StepResult Capture()
    {
        if (_isEnding)
        {
            _output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        try
        {
            return _device is { } device ? Capture(device) : Reopen();
        }
        catch (DeviceException exception) when (_options.Reconnect == true)
        {
            Pipeline.Report("device-lost", Name, exception.Message);
            _lostFrom = _lostFrom.IsNone ? _device?.Clock.At(_read) ?? ClockTime.None : _lostFrom;
            Close();
            return StepResult.Again;
        }
    }

    private void Open()
    {
        _device = new AlsaDevice(this, _open());
        PcmSetup setup = _device.Setup;
        _raw = setup.Encoding.IsPipelines() ? [] : new byte[setup.PeriodSize * setup.BytesPerDeviceFrame];
    }

    private void Close()
    {
        _device?.Dispose();
        _device = null;
        ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Lost));
    }

    private StepResult Reopen()
    {
        try
        {
            Open();
            return StepResult.Again;
        }
        catch (DeviceException)
        {
            _stamps.TellSilence(_output);
            IClock system = Pipeline.Executor.Waiter.SystemClock;
            return StepResult.At(system, system.Now + s_reopenInterval);
        }
    }

    private StepResult Capture(AlsaDevice device)
    {
        if (!device.IsRunning && (device.TryPrepare() ?? device.TryStart()) is { } notYet)
        {
            _stamps.TellSilence(_output);
            return notYet;
        }

        ClockTime next = device.Clock.At(_read);
        bool isTold = device.TryGetInterrupt(out PcmStatus status);
        if (!isTold && device.TryGetStatus(out status) is { } interrupted)
        {
            return AfterInterruption(device, interrupted, next);
        }

        Observe(device, status);
        int period = device.Setup.PeriodSize;
        if (status.Available < period)
        {
            return Wait(device, isTold);
        }

        HeapMemory memory = HeapMemory.Create(period * device.Setup.Format.BytesPerFrame);
        if (device.TryMove(Read(device, memory), "Reading from", out int frames) is { } nothing)
        {
            memory.Release();
            return AfterInterruption(device, nothing, next);
        }

        Give(device, memory, frames);
        return status.Available - frames >= period ? StepResult.Again : Wait(device, isTold);
    }

    private StepResult AfterInterruption(AlsaDevice device, StepResult result, ClockTime next)
    {
        if (!device.IsRunning && _lostFrom.IsNone)
        {
            _lostFrom = next;
        }

        return result;
    }

    private void Observe(AlsaDevice device, PcmStatus status)
    {
        // For a plugin without time stamps, only the time of the call is known.
        _isStampless = status.Time == ClockTime.Zero;
        ClockTime system = _isStampless ? Pipeline.Executor.Waiter.SystemClock.Now : status.Time;
        if (device.Clock.Observe(_read + status.Delay, system))
        {
            ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Gained));
        }

        _stamps.SetDrift(device.Clock.Drift);
        if (_lostFrom.IsNone)
        {
            return;
        }

        ClockTime hole = device.Clock.At(_read) - _lostFrom;
        _stamps.CountLost(Math.Max(0, hole.ToUnits(new Rational(1, device.Setup.Format.SampleRate))));
        _sequence++;
        _isDiscontinuous = true;
        _lostFrom = ClockTime.None;
    }

    private long Read(AlsaDevice device, HeapMemory memory)
    {
        if (_raw.Length == 0)
        {
            return device.Read(memory.WritablePlane(0));
        }

        long frames = device.Read(_raw);
        if (frames > 0)
        {
            int samples = (int)frames * device.Setup.Format.Layout.Channels;
            PcmEncodings.Widen(device.Setup.Encoding, _raw, memory.WritablePlane(0)[..(samples * sizeof(int))]);
        }

        return frames;
    }

    private void Give(AlsaDevice device, HeapMemory memory, int frames)
    {
        memory.Truncate(frames * device.Setup.Format.BytesPerFrame);
        MediaBuffer buffer = MediaBuffer.Create(memory);
        buffer.Duration = device.Setup.Format.DurationOf(frames);
        buffer.Sequence = _sequence++;
        buffer.Flags = BufferFlags.KeyFrame
            | (_isDiscontinuous ? BufferFlags.Discontinuity : BufferFlags.None)
            | (_isStampless ? BufferFlags.EstimatedTime : BufferFlags.None);
        ClockTime captured = device.Clock.At(_read);
        _read += frames;
        if (_stamps.TryStamp(buffer, captured, device.Clock.Uncertainty))
        {
            _isDiscontinuous = false;
            _output.Push(buffer);
        }
        else
        {
            buffer.Release();
        }
    }

    /// <summary>Waits until the next period is complete by the device's line; if it was due already, a little longer.</summary>
    private StepResult Wait(AlsaDevice device, bool isTold)
    {
        // A little after the period's end, so that the device's interrupt comes first.
        ClockTime due = device.Clock.At(_read + device.Setup.PeriodSize + (device.Setup.PeriodSize / 64));
        ClockTime now = Pipeline.Executor.Waiter.SystemClock.Now;
        ClockTime little = device.Setup.Format.DurationOf(Math.Max(1, device.Setup.PeriodSize / 8));
        if (due <= now || _isStampless)
        {
            return device.After(little);
        }

        // If a device's count moves in steps and has no time stamps, looks at its own line would always see it at the same distance after a
        // step; with steps of another clock, that distance would take most of a minute to change. So sometimes the look is early, by
        // fractions of half a period that are evenly distributed (multiples of the golden ratio).
        (long early, long rest) = isTold ? (0, 1) : Math.DivRem(++_looks, LooksPerEarlyOne);
        if (rest != 0)
        {
            return device.At(due);
        }

        double part = early * 0.6180339887498949 % 1 / 2;
        ClockTime at = due - ClockTime.FromNanoseconds((long)(part * Period.Nanoseconds));
        return device.At(ClockTime.Max(now, at));
    }
}
