using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Playback;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>
/// Plays to a sound device: each sample is heard at its running time plus the pipeline's latency, by the pipeline's clock, whatever delay
/// the device has.
/// </summary>
/// <remarks>
/// <para>The device starts when the first sample is due. Once its own count says when the next frame written will be heard, what the start
/// was off by is made good, to within 2 ms; from then on buffers follow each other without a seam while they are within
/// <see cref="Tolerance"/> of their time. Beyond it silence is put in, or frames are left out, and counted. So a pipeline that follows this
/// sink's own clock, as it does by default, never skips.</para>
/// <para>Holds up to the device's buffer of sound in front of it. Takes the one format it was made for. Source: pcm.h.</para>
/// </remarks>
public sealed class AlsaSink : Element, IClockProvider
{
    private static readonly ClockTime s_startTolerance = ClockTime.FromMilliseconds(2);

    private readonly AlsaOptions _options;
    private readonly Func<IPcm> _open;
    private readonly SoundQueue _queue;
    private readonly InputPad _input;
    private readonly StepTask _task;
    private readonly Lock _lock = new();
    private AlsaDevice? _device;
    private PlaybackStatistics _statistics = new(0, 0, 0, 0, ClockTime.None, double.NaN);
    private byte[] _raw = [];
    private byte[] _silence = [];
    private bool _isDraining;
    private bool _isPrepared;
    private bool _isAligned;
    private long _gap;
    private long _written;
    private long _cuedFrom;
    private long _interruptions;
    private ClockTime _reopenAt;
    private ClockTime _cue = ClockTime.None;

    /// <summary>A sink, which opens its device when the pipeline starts.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The device and its use; the default device, 48 kHz stereo of 16 bits, where null.</param>
    public AlsaSink(string name, AlsaOptions? options = null)
        : this(name, options ?? new AlsaOptions(), null)
    {
    }

    internal AlsaSink(string name, AlsaOptions options, Func<IPcm>? open)
        : base(name)
    {
        _options = options;
        _open = open ?? (() => AlsaPcm.Open(options, isCapture: false));
        _queue = new SoundQueue(options.Format, options.Buffer);
        _input = AddInput(gate: _queue.Gate);
        _task = AddTask(Play, StepPlacement.OwnThread);
    }

    /// <inheritdoc/>
    public event EventHandler<ClockChangedEventArgs>? ClockChanged;

    /// <summary>How far from its time sound may be heard before frames are put in or left out: 20 ms.</summary>
    public static ClockTime Tolerance => ClockTime.FromMilliseconds(20);

    /// <inheritdoc/>
    public int ClockPriority => ClockPriorities.Hardware;

    /// <summary>What the sink has done so far; any thread.</summary>
    public PlaybackStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return _statistics with { Drift = _device?.Clock.Drift ?? double.NaN };
            }
        }
    }

    /// <summary>Half the device's buffer: so late a writer may be. As much again as the buffer is held in front of it.</summary>
    public override ElementLatency Latency => new(
        ClockTime.FromNanoseconds(_options.Buffer.Nanoseconds / 2),
        _options.Buffer * 2,
        false);

    private Rational Unit => new(1, _options.Format.SampleRate);

    /// <inheritdoc/>
    public IClock? ProvideClock() => _device?.Clock is { IsKnown: true } clock ? clock : null;

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) => format == _options.Format;

    /// <inheritdoc/>
    protected override MediaFormat? Preferred(InputPad input) => _options.Format;

    /// <inheritdoc/>
    protected override void Prepare() => Open();

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (!input.Segment.Overlaps(buffer.Pts, buffer.Duration))
        {
            buffer.Release();
            return;
        }

        _queue.Add(buffer);
        _task.Wake();
    }

    /// <inheritdoc/>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        // Holes show in the PTS of what comes after them.
        if (mediaEvent is EndOfStream)
        {
            _queue.End();
            _task.Wake();
        }
    }

    /// <inheritdoc/>
    protected override void Stop()
    {
        Flush();
        Close();
    }

    /// <inheritdoc/>
    protected override void Flush()
    {
        _queue.Clear();
        _gap = 0;
    }

    private void Open()
    {
        _device = new AlsaDevice(this, _open());
        PcmSetup setup = _device.Setup;
        int length = setup.PeriodSize * setup.BytesPerDeviceFrame;
        _raw = setup.Encoding.IsPipelines() ? [] : new byte[length];
        _silence = new byte[length];
        // In unsigned samples silence is the middle.
        _silence.AsSpan().Fill(setup.Encoding == PcmEncoding.U8 ? (byte)0x80 : (byte)0);
    }

    private StepResult Play()
    {
        try
        {
            return _device is { } device ? Play(device) : Reopen();
        }
        catch (DeviceException exception) when (_options.Reconnect)
        {
            Pipeline.Report("device-lost", Name, exception.Message);
            Close();
            return StepResult.Again;
        }
    }

    private void Close()
    {
        _device?.Dispose();
        _device = null;
        (_isPrepared, _gap, _interruptions) = (false, 0, 0);
        ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Lost));
    }

    /// <summary>Tries to open the device again; what is due meanwhile is left out, so that whoever feeds the sink goes on at its pace.</summary>
    private StepResult Reopen()
    {
        IClock system = Pipeline.Executor.Waiter.SystemClock;
        if (system.Now >= _reopenAt)
        {
            try
            {
                Open();
                return StepResult.Again;
            }
            catch (DeviceException)
            {
                _reopenAt = system.Now + AlsaDevice.ReopenInterval;
            }
        }

        while (_queue.TryTake())
        {
            ClockTime due = DueOfCurrent();
            if (due > system.Now)
            {
                return StepResult.At(system, ClockTime.Min(due, _reopenAt));
            }

            Skip(_queue.Left);
        }

        return _queue.HasEnded ? Finish() : StepResult.At(system, _reopenAt);
    }

    private StepResult Play(AlsaDevice device)
    {
        if (_isDraining)
        {
            return Drain(device);
        }

        if (!device.IsRunning)
        {
            return Cue(device);
        }

        if (device.TryGetStatus(out PcmStatus status) is { } interrupted)
        {
            return AfterInterruption(interrupted);
        }

        if (status.Time > ClockTime.Zero && device.Clock.Observe(_written - status.Delay, status.Time))
        {
            ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Gained));
        }

        if (Fill(device, status.Available) is { } stopped)
        {
            return AfterInterruption(stopped);
        }

        if (_queue.Current is not null)
        {
            // There is more than fits: come back when a period of it has been played.
            return device.After(device.Setup.Format.DurationOf(device.Setup.PeriodSize));
        }

        if (_queue.HasEnded)
        {
            device.Drain();
            _isDraining = true;
            return StepResult.Again;
        }

        // Nothing to write; the status is still asked for, since the clock lives on it.
        return device.After(device.Setup.Format.DurationOf(device.Setup.PeriodSize));
    }

    /// <summary>Fills the device's buffer and starts it when its first sample is due.</summary>
    private StepResult Cue(AlsaDevice device)
    {
        if (!_isPrepared)
        {
            if (device.TryPrepare() is { } notYet)
            {
                return AfterInterruption(notYet);
            }

            (_isPrepared, _isAligned, _cue, _cuedFrom) = (true, false, ClockTime.None, _written);
        }

        if (_cue.IsNone)
        {
            if (!_queue.TryTake())
            {
                return _queue.HasEnded ? Finish() : StepResult.Idle;
            }

            // What should have been heard by now is left out.
            ClockTime due = DueOfCurrent();
            ClockTime late = Pipeline.Executor.Waiter.SystemClock.Now - due;
            if (late > ClockTime.Zero && !Skip(late.ToUnits(Unit)))
            {
                return StepResult.Again;
            }

            _cue = ClockTime.Max(due, Pipeline.Executor.Waiter.SystemClock.Now);
        }

        if (Fill(device, device.Setup.BufferSize - (_written - _cuedFrom)) is { } stopped)
        {
            return AfterInterruption(stopped);
        }

        if (Pipeline.Executor.Waiter.SystemClock.Now < _cue)
        {
            return device.At(_cue);
        }

        if (device.TryStart() is { } notStarted)
        {
            return AfterInterruption(notStarted);
        }

        _isPrepared = false;
        return StepResult.Again;
    }

    /// <summary>What a step returns that could not go on: where the device was interrupted, it begins anew.</summary>
    private StepResult AfterInterruption(StepResult result)
    {
        lock (_lock)
        {
            if (_interruptions < _device!.Interruptions)
            {
                _isPrepared = false;
                _gap = 0;
                _interruptions = _device.Interruptions;
                _statistics = _statistics with { Interruptions = _statistics.Interruptions + 1 };
            }
        }

        return result;
    }

    /// <summary>Writes what there is into so much room; a result to return from the step where the device stopped.</summary>
    private StepResult? Fill(AlsaDevice device, long room)
    {
        while (room > 0)
        {
            if (_queue.Current is null)
            {
                if (!_queue.TryTake())
                {
                    return null;
                }

                Align(device);
                if (_queue.Current is null)
                {
                    continue;
                }
            }

            if ((_gap > 0 ? WriteSilence(device, room, out int frames) : WriteCurrent(device, room, out frames)) is { } stopped)
            {
                return stopped;
            }

            room -= frames;
        }

        return null;
    }

    private StepResult? WriteSilence(AlsaDevice device, long room, out int frames)
    {
        int bytesPerFrame = device.Setup.BytesPerDeviceFrame;
        int count = (int)Math.Min(Math.Min(_gap, room), _silence.Length / bytesPerFrame);
        StepResult? stopped = device.TryMove(device.Write(_silence.AsSpan(0, count * bytesPerFrame)), "Writing to", out frames);
        _gap -= frames;
        _written += frames;
        Count(played: frames, silence: frames);
        return stopped;
    }

    private StepResult? WriteCurrent(AlsaDevice device, long room, out int frames)
    {
        int bytesPerFrame = device.Setup.Format.BytesPerFrame;
        ReadOnlySpan<byte> data = _queue.Data;
        int count = (int)Math.Min(data.Length / bytesPerFrame, room);
        if (_raw.Length > 0)
        {
            count = Math.Min(count, _raw.Length / device.Setup.BytesPerDeviceFrame);
            PcmEncodings.Narrow(device.Setup.Encoding, data[..(count * bytesPerFrame)], _raw);
            data = _raw;
        }

        StepResult? stopped = device.TryMove(device.Write(data[..(count * device.Setup.BytesPerDeviceFrame)]), "Writing to", out frames);
        _written += frames;
        Count(played: frames);
        if (stopped is null)
        {
            _queue.Advance(frames);
        }

        return stopped;
    }

    /// <summary>Compares when a new buffer will be heard with when it should be, and puts silence in or skips where that is too far apart.</summary>
    private void Align(AlsaDevice device)
    {
        ClockTime error = DueOfCurrent() - device.Clock.At(_written);
        if (error.IsNone || !device.Clock.IsSettled)
        {
            return;
        }

        lock (_lock)
        {
            _statistics = _statistics with { Error = error };
        }

        ClockTime tolerance = _isAligned ? Tolerance : s_startTolerance;
        _isAligned = true;
        long frames = error.ToUnits(Unit);
        if (error > tolerance)
        {
            _gap = frames;
        }
        else if (error < -tolerance)
        {
            Skip(-frames);
        }
    }

    /// <summary>The system time at which the current buffer's next sample should be heard; None for one without PTS.</summary>
    private ClockTime DueOfCurrent()
    {
        ClockTime running = _input.ToRunningTime(_queue.Current!.Pts) + _options.Format.DurationOf(_queue.Position);
        ClockReading now = Pipeline.Clock.Read();
        return now.SystemTime + (Pipeline.BaseTime + running + Pipeline.Latency - now.Time);
    }

    /// <summary>Leaves frames of the current buffer out; false where it has no more.</summary>
    private bool Skip(long frames)
    {
        int skipped = (int)Math.Min(frames, _queue.Left);
        Count(dropped: skipped);
        _queue.Advance(skipped);
        return _queue.Current is not null;
    }

    private StepResult Drain(AlsaDevice device)
    {
        // It stops by itself when it has played all, which some report as an xrun.
        bool isPlaying = device.IsRunning
            && device.TryGetStatus(out PcmStatus status) is null
            && status.State is SND_PCM_STATE_DRAINING or SND_PCM_STATE_RUNNING;
        return isPlaying ? device.After(device.Setup.Format.DurationOf(device.Setup.PeriodSize)) : Finish();
    }

    private StepResult Finish()
    {
        ReportEnd();
        return StepResult.Finished;
    }

    private void Count(long played = 0, long silence = 0, long dropped = 0)
    {
        lock (_lock)
        {
            _statistics = _statistics with
            {
                Played = _statistics.Played + played,
                Silence = _statistics.Silence + silence,
                Dropped = _statistics.Dropped + dropped,
            };
        }
    }
}
