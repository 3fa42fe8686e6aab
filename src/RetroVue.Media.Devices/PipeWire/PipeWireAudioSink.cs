using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.Playback;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Plays sound to a PipeWire node.</summary>
/// <remarks>
/// The graph runs from the start, and gets silence while there is no sound. Each cycle says when its first sample will be heard (pw_time:
/// now, and the delay from there). The first buffer is aligned to its time, to the sample, by silence or by dropping samples. From then on
/// buffers follow each other without a break while they are within <see cref="SoundSink.Tolerance"/> of their time. Source:
/// pipewire/stream.h.
/// </remarks>
public sealed unsafe class PipeWireAudioSink : SoundSink
{
    private const int LongestWait = 100;
    private const int SilenceBytes = 4096;

    // Longer than any cycle: a graph without cycles for so long does not play.
    private static readonly ClockTime s_longestStall = ClockTime.FromSeconds(1);

    private readonly PipeWireAudioSinkOptions _options;
    private readonly Lock _lock = new();
    private readonly byte[] _silence = new byte[SilenceBytes];
    private readonly int _frameBytes;
    private PipeWireStream? _stream;
    private PipeWireClock? _clock;
    private ClockTime _openUntil;
    private bool _isInterrupted;
    private bool _isAligned;
    private long _gap;
    private long _written;

    // For the next cycle: the written sample with which it begins, and the system time at which that sample is heard.
    private long _cycleSample;
    private ClockTime _cycleHeard = ClockTime.None;
    private ClockTime _lastCycle = ClockTime.None;

    // The graph's count of silence up to the last sample that it took, and up to now.
    private long _silenceCounted = -1;
    private long _silenceSoFar;

    /// <summary>Makes a sink.</summary>
    /// <param name="name">The element's name, which is also the name of its node in PipeWire's graph.</param>
    /// <param name="options">The options; null for the session manager's choice, F32 stereo at 48 kHz.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PipeWireAudioSink(string name, PipeWireAudioSinkOptions? options = null)
        : base(
            name,
            (options ??= new PipeWireAudioSinkOptions()).Format,
            options.Buffer,
            options.Reconnect ?? true)
    {
        _options = options;
        if (!PipeWireFormats.ToNative([Format.SampleFormat]).Any() || Format.SampleRate is < 1000 or > 768_000
            || Format.Layout.Channels is < 1 or > 64 || !(_options.Buffer >= ClockTime.FromMilliseconds(20))
            || _options.Buffer > ClockTime.FromSeconds(10) || _options.SamplesPerCycle < 0)
        {
            throw new ArgumentException(
                $"Sound for PipeWire has to be F32, S16 or S32 with 1 to 768 kHz, and a buffer of 20 ms to 10 s; not {Format}, {_options.Buffer}.",
                nameof(options));
        }

        _frameBytes = Format.BytesPerFrame;
    }

    private protected override double Drift => Volatile.Read(ref _clock)?.Drift ?? double.NaN;

    private protected override bool IsOpen => _stream is not null;

    /// <summary>Returns the graph's clock, from its first cycle on; null before that, and while the daemon or the node is lost.</summary>
    public override IClock? ProvideClock() => Volatile.Read(ref _clock);

    /// <inheritdoc/>
    protected override void Prepare()
    {
        Open();
        // Wait for the first cycle: then the graph runs, and it is known when written sound will be heard.
        PipeWireStream stream = _stream!;
        while (!IsDriven(stream))
        {
            stream.Wait(Math.Min(LongestWait, PipeWireClient.Milliseconds(_openUntil - SystemTime.Now)));
        }
    }

    /// <inheritdoc/>
    protected override void Interrupt()
    {
        lock (_lock)
        {
            _isInterrupted = true;
            _stream?.Interrupt();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream?.Dispose();
        }

        base.Dispose(disposing);
    }

    private protected override void Open()
    {
        var wishes = new rv_pw_stream_params
        {
            direction = (int)rv_pw_direction.RV_PW_PLAYBACK,
            media = (int)rv_pw_media.RV_PW_AUDIO,
            format_count = 1,
            sample_rate = Format.SampleRate,
            channels = Format.Layout.Channels,
            quantum = _options.SamplesPerCycle,
            ring_bytes = (int)Buffer.ToUnits(Unit) * _frameBytes,
        };
        wishes.formats[0] = (int)PipeWireFormats.ToNative([Format.SampleFormat]).First();
        PipeWireStream stream = PipeWireStream.Open(_options, Name, wishes);
        lock (_lock)
        {
            _stream = stream;
        }

        _openUntil = SystemTime.Now + _options.OpenLimit;
    }

    private protected override void Close()
    {
        PipeWireStream? stream;
        lock (_lock)
        {
            (stream, _stream) = (_stream, null);
        }

        stream?.Dispose();
        (_gap, _isAligned, _written) = (0, false, 0);
        (_cycleSample, _cycleHeard, _lastCycle) = (0, ClockTime.None, ClockTime.None);
        (_silenceCounted, _silenceSoFar) = (-1, 0);
        _clock?.End();
        Volatile.Write(ref _clock, null);
        OnClockLost();
    }

    private protected override void OnQueueChanged()
    {
        base.OnQueueChanged();
        lock (_lock)
        {
            _stream?.Interrupt();
        }
    }

    private protected override StepResult Play()
    {
        if (_isInterrupted)
        {
            return StepResult.Idle;
        }

        PipeWireStream stream = _stream!;
        if (!IsDriven(stream))
        {
            if (LetPass().IsNone && Queue.HasEnded)
            {
                return Finish();
            }

            _isAligned = false;
            stream.Wait(LongestWait);
            return StepResult.Again;
        }

        while (TryTake())
        {
            if (_gap > 0 ? !WriteSilence(stream) : !WriteCurrent(stream))
            {
                break;
            }
        }

        if (Queue.Current is null && Queue.HasEnded && _cycleSample >= _written)
        {
            // The last sample has been taken; it is heard when the graph's delay is over.
            return Finish();
        }

        // Each cycle makes room; a new buffer or the end interrupts the wait.
        stream.Wait(LongestWait);
        return StepResult.Again;
    }

    /// <summary>Processes the graph's events; false while it does not play: it has not begun, or its daemon hangs.</summary>
    /// <exception cref="DeviceException">The daemon or the node is gone, or the graph did not start in time.</exception>
    private bool IsDriven(PipeWireStream stream)
    {
        TakeCycles(stream);
        ClockTime now = SystemTime.Now;
        if (_lastCycle.IsNone && now >= _openUntil)
        {
            throw PipeWireErrors.TimedOut(_options, "not driven by the graph");
        }

        return now - _lastCycle <= s_longestStall;
    }

    /// <summary>Processes the graph's cycles: how far it has played, and when that is heard.</summary>
    private void TakeCycles(PipeWireStream stream)
    {
        while (stream.TryTake(out rv_pw_record* record))
        {
            Rational tick = PipeWireFormats.ToRational(record->time_rate);
            if (record->time_now <= 0 || !tick.IsPositive)
            {
                continue;
            }

            var now = ClockTime.FromNanoseconds(record->time_now);
            long samples = (record->planes[0].size / _frameBytes) + (long)record->time_buffered;
            CountStarved((long)record->behind / _frameBytes, (long)record->dropped / _frameBytes);
            _cycleSample = (long)record->behind / _frameBytes;
            _lastCycle = SystemTime.Now;
            _cycleHeard = now + ClockTime.FromUnits(record->time_delay, tick) + ClockTime.FromUnits(samples, Unit);
            bool isNew = _clock is null;
            PipeWireClock clock = _clock ?? new PipeWireClock($"pipewire:{_options.Target ?? Name}", SystemTime);
            clock.Add((long)record->time_ticks, tick, now);
            if (isNew)
            {
                Volatile.Write(ref _clock, clock);
                OnClockGained();
            }
        }

        while (stream.TryTakeEvent(out rv_pw_event taken))
        {
            PipeWireErrors.ThrowIfOver(taken, _options);
        }
    }

    /// <summary>Silence before the first sample and after the last is normal: only silence with samples on both sides counts.</summary>
    private void CountStarved(long sample, long silence)
    {
        if (sample > _cycleSample)
        {
            Count(starved: _silenceCounted < 0 ? 0 : _silenceSoFar - _silenceCounted);
            _silenceCounted = _silenceSoFar;
        }

        _silenceSoFar = silence;
    }

    private bool TryTake()
    {
        // A buffer that is too late as a whole is dropped, and the next one is checked.
        while (Queue.Current is null)
        {
            if (!Queue.TryTake())
            {
                return false;
            }

            Align();
        }

        return true;
    }

    /// <summary>
    /// Compares when a new buffer will be heard with its time; inserts silence or drops samples to correct the difference.
    /// </summary>
    private void Align()
    {
        // In silence nobody hears a break.
        bool isSilent = !_isAligned || _cycleSample >= _written;
        ClockTime heard = _cycleHeard + Format.DurationOf(Math.Max(_written - _cycleSample, 0));
        ClockTime error = MeasureError(heard);
        if (error.IsNone || error.Abs() <= (isSilent ? ClockTime.Zero : Tolerance))
        {
            return;
        }

        _isAligned = true;
        long samples = error.ToUnits(Unit);
        if (samples < 0)
        {
            _gap = -samples;
        }
        else
        {
            // The rest of the difference is dropped from the next buffer.
            _isAligned = Skip(samples);
        }
    }

    private bool WriteSilence(PipeWireStream stream)
    {
        int samples = (int)Math.Min(_gap, SilenceBytes / _frameBytes);
        int written = stream.Write(_silence.AsSpan(0, samples * _frameBytes)) / _frameBytes;
        _gap -= written;
        _written += written;
        Count(played: written, silence: written);
        return written == samples;
    }

    private bool WriteCurrent(PipeWireStream stream)
    {
        ReadOnlySpan<byte> data = Queue.Data;
        int samples = data.Length / _frameBytes;
        int written = stream.Write(data[..(samples * _frameBytes)]) / _frameBytes;
        _written += written;
        Count(played: written);
        Queue.Advance(written);
        return written == samples;
    }
}
