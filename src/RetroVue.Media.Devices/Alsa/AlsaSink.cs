using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Playback;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>Plays to a sound device.</summary>
/// <remarks>
/// The device starts when the first sample is due. Once its own count shows when the next frame will be heard, the error of the start is
/// corrected, to within 2 ms. From then on buffers follow each other without a break while they are within
/// <see cref="SoundSink.Tolerance"/> of their time. If they are not, silence is inserted or frames are dropped, and counted. So if the
/// pipeline follows this sink's own clock, which is the default, nothing is ever inserted or dropped. If a device has no status time stamps
/// (a plugin may have none), the time of the call is used, and the event "time-estimated" says so once. Source: pcm.h.
/// </remarks>
public sealed class AlsaSink : SoundSink
{
    private static readonly ClockTime s_startTolerance = ClockTime.FromMilliseconds(2);

    private readonly Func<IPcm> _open;
    private AlsaDevice? _device;
    private byte[] _raw = [];
    private byte[] _silence = [];
    private bool _isDraining;
    private bool _isPrepared;
    private bool _isAligned;
    private bool _isEstimated;
    private long _gap;
    private long _written;
    private long _cuedFrom;
    private long _interruptions;
    private ClockTime _cue = ClockTime.None;

    /// <summary>Makes a sink, which opens its device when the pipeline starts.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The options; null for the default device with 48 kHz stereo of 16 bits.</param>
    public AlsaSink(string name, AlsaOptions? options = null)
        : this(name, options ?? new AlsaOptions(), null)
    {
    }

    internal AlsaSink(string name, AlsaOptions options, Func<IPcm>? open)
        : base(name, options.Format, options.Buffer, options.Reconnect ?? true) =>
        _open = open ?? (() => AlsaPcm.Open(options, isCapture: false));

    private protected override double Drift => _device?.Clock.Drift ?? double.NaN;

    private protected override bool IsOpen => _device is not null;

    /// <summary>
    /// Returns the device's clock, once the device has reported a position; null before that, and while the device is lost.
    /// </summary>
    public override IClock? ProvideClock() => _device?.Clock is { IsKnown: true } clock ? clock : null;

    /// <inheritdoc/>
    protected override void Prepare() => Open();

    private protected override void Open()
    {
        _device = new AlsaDevice(this, _open());
        PcmSetup setup = _device.Setup;
        int length = setup.PeriodSize * setup.BytesPerDeviceFrame;
        _raw = setup.Encoding.IsPipelines() ? [] : new byte[length];
        _silence = new byte[length];
        // For unsigned samples, silence is the middle value.
        _silence.AsSpan().Fill(setup.Encoding == PcmEncoding.U8 ? (byte)0x80 : (byte)0);
    }

    private protected override void Close()
    {
        _device?.Dispose();
        _device = null;
        (_isPrepared, _gap, _interruptions) = (false, 0, 0);
        OnClockLost();
    }

    private protected override StepResult Play()
    {
        AlsaDevice device = _device!;
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

        if (device.Clock.Observe(_written - status.Delay, TimeOf(status)))
        {
            OnClockGained();
        }

        if (Fill(device, status.Available) is { } stopped)
        {
            return AfterInterruption(stopped);
        }

        if (Queue.Current is not null)
        {
            // There is more sound than room: come back when a period has been played.
            return device.After(device.Setup.Format.DurationOf(device.Setup.PeriodSize));
        }

        if (Queue.HasEnded)
        {
            device.Drain();
            _isDraining = true;
            return StepResult.Again;
        }

        // Nothing to write. The status is still read, because the clock needs it.
        return device.After(device.Setup.Format.DurationOf(device.Setup.PeriodSize));
    }

    /// <summary>Returns the time of a device's status: its own stamp, or, for a plugin without one, the time of the call.</summary>
    private ClockTime TimeOf(PcmStatus status)
    {
        if (status.Time > ClockTime.Zero)
        {
            return status.Time;
        }

        if (!_isEstimated)
        {
            _isEstimated = true;
            Pipeline.Report(
                "time-estimated",
                Name,
                $"The sound device '{_device!.Setup.Device}' has no time stamps; the time of the call is used instead. 'hw:' devices have time stamps.");
        }

        return SystemTime.Now;
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
            if (!Queue.TryTake())
            {
                return Queue.HasEnded ? Finish() : StepResult.Idle;
            }

            // Frames that should have been heard by now are dropped.
            ClockTime due = DueOfCurrent();
            ClockTime late = SystemTime.Now - due;
            if (late > ClockTime.Zero && !Skip(late.ToUnits(Unit)))
            {
                return StepResult.Again;
            }

            _cue = ClockTime.Max(due, SystemTime.Now);
        }

        if (Fill(device, device.Setup.BufferSize - (_written - _cuedFrom)) is { } stopped)
        {
            return AfterInterruption(stopped);
        }

        if (SystemTime.Now < _cue)
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

    /// <summary>Handles a step that could not go on: if the device was interrupted, starts again.</summary>
    private StepResult AfterInterruption(StepResult result)
    {
        if (_interruptions < _device!.Interruptions)
        {
            _isPrepared = false;
            _gap = 0;
            _interruptions = _device.Interruptions;
            Count(interruptions: 1);
        }

        return result;
    }

    /// <summary>Writes sound into the given room; if the device stopped, returns the result that the step has to return.</summary>
    private StepResult? Fill(AlsaDevice device, long room)
    {
        while (room > 0)
        {
            if (Queue.Current is null)
            {
                if (!Queue.TryTake())
                {
                    return null;
                }

                Align(device);
                if (Queue.Current is null)
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
        ReadOnlySpan<byte> data = Queue.Data;
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
            Queue.Advance(frames);
        }

        return stopped;
    }

    /// <summary>
    /// Compares when a new buffer will be heard with its time, and inserts silence or skips frames if the difference is too large.
    /// </summary>
    private void Align(AlsaDevice device)
    {
        if (!device.Clock.IsSettled)
        {
            return;
        }

        ClockTime error = MeasureError(device.Clock.At(_written));
        if (error.IsNone)
        {
            return;
        }

        ClockTime tolerance = _isAligned ? Tolerance : s_startTolerance;
        _isAligned = true;
        long frames = error.ToUnits(Unit);
        if (error > tolerance)
        {
            Skip(frames);
        }
        else if (error < -tolerance)
        {
            _gap = -frames;
        }
    }

    private StepResult Drain(AlsaDevice device)
    {
        // It stops by itself when it has played everything; some devices report that as an xrun.
        bool isPlaying = device.IsRunning
            && device.TryGetStatus(out PcmStatus status) is null
            && status.State is SND_PCM_STATE_DRAINING or SND_PCM_STATE_RUNNING;
        return isPlaying ? device.After(device.Setup.Format.DurationOf(device.Setup.PeriodSize)) : Finish();
    }
}
