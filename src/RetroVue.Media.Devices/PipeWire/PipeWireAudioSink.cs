using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.Playback;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>
/// Plays sound to a node of PipeWire's: each sample is heard at its running time plus the pipeline's latency, by the pipeline's clock,
/// whatever delay the graph has.
/// </summary>
/// <remarks>
/// The graph runs from the start and gets silence while there is nothing. Each of its cycles tells when its first sample will be heard
/// (pw_time: now, and the delay from there); the first buffer is put to its time to the sample, with silence or by leaving samples out.
/// From then on buffers follow each other without a seam while they are within <see cref="Tolerance"/> of their time. Nothing is
/// allocated for a buffer. See <see cref="PipeWireSource"/> for how the daemon is reached; one that goes fails the pipeline. Source:
/// pipewire/stream.h.
/// </remarks>
public sealed unsafe class PipeWireAudioSink : Element, IClockProvider
{
    private const int LongestWait = 100;
    private const int SilenceBytes = 4096;

    private readonly PipeWireAudioSinkOptions _options;
    private readonly SoundQueue _queue;
    private readonly InputPad _input;
    private readonly Lock _lock = new();
    private readonly byte[] _silence = new byte[SilenceBytes];
    private readonly int _frameBytes;
    private PipeWireStream? _stream;
    private PipeWireClock? _clock;
    private PipeWirePlaybackStatistics _statistics = new(0, 0, 0, 0, ClockTime.None, double.NaN);
    private bool _isInterrupted;
    private bool _isAligned;
    private long _gap;
    private long _written;

    // Of the cycle that comes next: the sample that it begins with, counted as written, and the system time at which that is heard.
    private long _cycleSample;
    private ClockTime _cycleHeard = ClockTime.None;

    // What the graph got of silence before the first sample, and up to now.
    private long _silenceBefore = -1;
    private long _silenceSoFar;

    /// <summary>A sink.</summary>
    /// <param name="name">The element's name, and that of its node in PipeWire's graph.</param>
    /// <param name="options">Where and how to play; the session manager's choice, F32 stereo at 48 kHz, where null.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PipeWireAudioSink(string name, PipeWireAudioSinkOptions? options = null)
        : base(name)
    {
        _options = options ?? new PipeWireAudioSinkOptions();
        if (!PipeWireFormats.ToNative([_options.Format.SampleFormat]).Any() || _options.Format.SampleRate is < 1000 or > 768_000
            || _options.Format.Layout.Channels is < 1 or > 64 || !(_options.Buffer >= ClockTime.FromMilliseconds(20))
            || _options.Buffer > ClockTime.FromSeconds(10) || _options.SamplesPerCycle < 0)
        {
            throw new ArgumentException(
                $"Sound for PipeWire is F32, S16 or S32 of 1 to 768 kHz, 20 ms to 10 s ahead; not {_options.Format}, {_options.Buffer}.",
                nameof(options));
        }

        _frameBytes = _options.Format.BytesPerFrame;
        _queue = new SoundQueue(_options.Format, _options.Buffer);
        _input = AddInput(gate: _queue.Gate);
        AddTask(Play, StepPlacement.OwnThread);
    }

    /// <inheritdoc/>
    public event EventHandler<ClockChangedEventArgs>? ClockChanged;

    /// <summary>How far from its time sound may be heard before samples are put in or left out: 20 ms.</summary>
    public static ClockTime Tolerance => ClockTime.FromMilliseconds(20);

    /// <inheritdoc/>
    public int ClockPriority => ClockPriorities.Hardware;

    /// <summary>What the sink has done so far; any thread.</summary>
    public PipeWirePlaybackStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return _statistics with { Drift = _clock?.Drift ?? double.NaN };
            }
        }
    }

    /// <summary>Half of what is written ahead: so late a writer may be. As much again is held in front of it.</summary>
    public override ElementLatency Latency => new(_options.Buffer / 2, _options.Buffer * 2, false);

    private IClock SystemTime => Pipeline.Executor.Waiter.SystemClock;

    private Rational Unit => new(1, _options.Format.SampleRate);

    /// <inheritdoc/>
    public IClock? ProvideClock() => Volatile.Read(ref _clock);

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) => format == _options.Format;

    /// <inheritdoc/>
    protected override MediaFormat? Preferred(InputPad input) => _options.Format;

    /// <inheritdoc/>
    protected override void Prepare()
    {
        var wishes = new rv_pw_stream_params
        {
            direction = (int)rv_pw_direction.RV_PW_PLAYBACK,
            media = (int)rv_pw_media.RV_PW_AUDIO,
            format_count = 1,
            sample_rate = _options.Format.SampleRate,
            channels = _options.Format.Layout.Channels,
            quantum = _options.SamplesPerCycle,
            ring_bytes = (int)_options.Buffer.ToUnits(Unit) * _frameBytes,
        };
        wishes.formats[0] = (int)PipeWireFormats.ToNative([_options.Format.SampleFormat]).First();
        PipeWireStream stream = PipeWireStream.Open(_options, Name, wishes);
        lock (_lock)
        {
            _stream = stream;
        }

        // The first cycle: then the graph runs, and it is known when what is written will be heard.
        ClockTime until = SystemTime.Now + _options.OpenLimit;
        while (_cycleHeard.IsNone)
        {
            ClockTime left = until - SystemTime.Now;
            if (!(left > ClockTime.Zero))
            {
                throw PipeWireErrors.TimedOut(_options.Target, "not driven by the graph");
            }

            stream.Wait(Math.Min(LongestWait, PipeWireClient.Milliseconds(left)));
            TakeCycles(stream);
        }
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (!input.Segment.Overlaps(buffer.Pts, buffer.Duration))
        {
            buffer.Release();
            return;
        }

        _queue.Add(buffer);
        WakeUp();
    }

    /// <inheritdoc/>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        // Holes show in the PTS of what comes after them.
        if (mediaEvent is EndOfStream)
        {
            _queue.End();
            WakeUp();
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
    protected override void Stop()
    {
        Flush();
        PipeWireStream? stream;
        lock (_lock)
        {
            (stream, _stream) = (_stream, null);
        }

        stream?.Dispose();
        if (_clock is not null)
        {
            _clock.End();
            Volatile.Write(ref _clock, null);
            ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Lost));
        }
    }

    /// <inheritdoc/>
    protected override void Flush()
    {
        _queue.Clear();
        (_gap, _isAligned) = (0, false);
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

    private void WakeUp()
    {
        lock (_lock)
        {
            _stream?.Interrupt();
        }
    }

    private StepResult Play()
    {
        if (_isInterrupted)
        {
            return StepResult.Idle;
        }

        PipeWireStream stream = _stream!;
        TakeCycles(stream);
        while (TryTake())
        {
            if (_gap > 0 ? !WriteSilence(stream) : !WriteCurrent(stream))
            {
                break;
            }
        }

        if (_queue.Current is null && _queue.HasEnded && _cycleSample >= _written)
        {
            // The last sample has left; heard it is when the graph's delay is over.
            ReportEnd();
            return StepResult.Finished;
        }

        // Each cycle makes room, and a buffer or the end that comes interrupts the wait.
        stream.Wait(LongestWait);
        return StepResult.Again;
    }

    /// <summary>Takes what the graph's cycles tell: how far it has played, and when that is heard.</summary>
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
            _cycleHeard = now + ClockTime.FromUnits(record->time_delay, tick) + ClockTime.FromUnits(samples, Unit);
            bool isNew = _clock is null;
            PipeWireClock clock = _clock ?? new PipeWireClock($"pipewire:{_options.Target ?? Name}", SystemTime);
            clock.Add((long)record->time_ticks, tick, now);
            if (isNew)
            {
                Volatile.Write(ref _clock, clock);
                ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Gained));
            }
        }

        while (stream.TryTakeEvent(out rv_pw_event taken))
        {
            PipeWireErrors.ThrowIfOver(taken, _options);
        }
    }

    /// <summary>Silence before the first sample and after the last is nobody's fault: what counts has samples on both sides.</summary>
    private void CountStarved(long sample, long silence)
    {
        if (sample > _cycleSample)
        {
            _silenceBefore = _silenceBefore < 0 ? _silenceSoFar : _silenceBefore;
            lock (_lock)
            {
                _statistics = _statistics with { Starved = _silenceSoFar - _silenceBefore };
            }
        }

        _silenceSoFar = silence;
    }

    private bool TryTake()
    {
        // One that comes too late is left out whole, and the next one looked at.
        while (_queue.Current is null)
        {
            if (!_queue.TryTake())
            {
                return false;
            }

            Align();
        }

        return true;
    }

    /// <summary>Compares when a new buffer will be heard with when it should be; silence or samples left out make good the rest.</summary>
    private void Align()
    {
        // In silence nobody hears a seam.
        bool isSilent = !_isAligned || _cycleSample >= _written;
        ClockTime heard = _cycleHeard + _options.Format.DurationOf(Math.Max(_written - _cycleSample, 0));
        ClockTime error = Due() - heard;
        if (error.IsNone)
        {
            return;
        }

        lock (_lock)
        {
            _statistics = _statistics with { Error = -error };
        }

        if (error.Abs() <= (isSilent ? ClockTime.Zero : Tolerance))
        {
            return;
        }

        _isAligned = true;
        long samples = error.ToUnits(Unit);
        if (samples > 0)
        {
            _gap = samples;
        }
        else
        {
            int skipped = (int)Math.Min(-samples, _queue.Left);
            Count(dropped: skipped);
            _queue.Advance(skipped);
            // The rest of the way is left out of the next one.
            _isAligned = _queue.Current is not null;
        }
    }

    /// <summary>The system time at which the current buffer should be heard; None for one without PTS.</summary>
    private ClockTime Due()
    {
        ClockReading now = Pipeline.Clock.Read();
        return now.SystemTime + (Pipeline.BaseTime + _input.ToRunningTime(_queue.Current!.Pts) + Pipeline.Latency - now.Time);
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
        ReadOnlySpan<byte> data = _queue.Data;
        int samples = data.Length / _frameBytes;
        int written = stream.Write(data[..(samples * _frameBytes)]) / _frameBytes;
        _written += written;
        Count(played: written);
        _queue.Advance(written);
        return written == samples;
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
