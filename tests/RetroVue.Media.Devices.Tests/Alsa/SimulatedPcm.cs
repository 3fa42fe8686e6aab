using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>
/// A sound card in simulated time. It has its own crystal, a count that moves in steps, status stamps that are late by chance, and xruns.
/// It captures the numbers of its frames. It keeps the samples that it plays, with the times at which they were heard.
/// </summary>
internal sealed class SimulatedPcm : IPcm
{
    private const int Epipe = 32;

    private readonly IClock _system;
    private readonly bool _isCapture;
    private readonly double _framesPerNanosecond;
    private readonly Random _random = new(1);
    private readonly ClockTime _epoch;
    private ClockTime _started;
    private long _startedWorld;
    private long _moved;
    private (long Count, ClockTime Time) _seen = (0, ClockTime.Zero);
    private int _state = SND_PCM_STATE_OPEN;

    public SimulatedPcm(IClock system, PcmSetup setup, bool isCapture, double driftPpm = 0)
    {
        _system = system;
        _epoch = system.Now;
        _isCapture = isCapture;
        Setup = setup;
        _framesPerNanosecond = setup.Format.SampleRate / 1e9 * (1 + (driftPpm / 1e6));
    }

    public PcmSetup Setup { get; }

    /// <summary>The number of frames by which the count moves at a time.</summary>
    public int Quantum { get; init; } = 1;

    /// <summary>The interval of the system clock's ticks at which the count moves, as in a driver without a card; zero for none.</summary>
    public ClockTime Tick { get; init; }

    /// <summary>The most by which the reading in a status is old, and by which an interrupt is late.</summary>
    public ClockTime Jitter { get; init; }

    /// <summary>True if the card reports nothing of its interrupts, as plugins do not.</summary>
    public bool IsSilent { get; init; }

    /// <summary>True if a status has a count but no time, as with plugins.</summary>
    public bool IsStampless { get; init; }

    /// <summary>
    /// True if every reading of the last interrupt comes after the kernel has written its count and before it has written its time.
    /// </summary>
    public bool IsStampTorn { get; init; }

    /// <summary>The delay from the count to the world, in frames: converters and cables.</summary>
    public int HardwareDelay { get; init; }

    /// <summary>Returns the sample of each captured frame, on all channels.</summary>
    public Func<long, int> Signal { get; init; } = frame => (int)frame;

    /// <summary>The played samples, one run after the other, each with the time at which its first frame was heard.</summary>
    public List<(ClockTime HeardAt, List<int> Left)> Runs { get; } = [];

    public int Xruns { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Returns the true time of a frame.</summary>
    public ClockTime TimeOf(long worldFrame) => _epoch + ClockTime.FromNanoseconds((long)Math.Round(worldFrame / _framesPerNanosecond));

    /// <summary>Returns the number of the frame at a time.</summary>
    public long FrameAt(ClockTime time) => (long)Math.Round((time - _epoch).Nanoseconds * _framesPerNanosecond);

    /// <summary>Returns the length of a stretch of time by the card's crystal.</summary>
    public ClockTime DurationBetween(ClockTime from, ClockTime to) =>
        ClockTime.FromNanoseconds((long)Math.Round((to - from).Nanoseconds * _framesPerNanosecond / Setup.Format.SampleRate * 1e9));

    public int Prepare()
    {
        _moved = 0;
        _state = SND_PCM_STATE_PREPARED;
        if (!_isCapture)
        {
            Runs.Add((ClockTime.None, []));
        }

        return 0;
    }

    public int Start()
    {
        _started = _system.Now;
        _startedWorld = (long)Math.Ceiling((_started - _epoch).Nanoseconds * _framesPerNanosecond);
        _state = SND_PCM_STATE_RUNNING;
        if (!_isCapture)
        {
            Runs[^1] = (TimeOf(_startedWorld + HardwareDelay), Runs[^1].Left);
        }

        return 0;
    }

    public int Drop()
    {
        _state = SND_PCM_STATE_SETUP;
        return 0;
    }

    public int Drain()
    {
        _state = SND_PCM_STATE_DRAINING;
        return 0;
    }

    public int Resume() => 0;

    public int GetStatus(out PcmStatus status)
    {
        ClockTime now = _system.Now;
        long count = _state is SND_PCM_STATE_RUNNING or SND_PCM_STATE_DRAINING
            ? CountAt(now - ClockTime.FromNanoseconds((long)(_random.NextDouble() * Jitter.Nanoseconds)))
            : 0;
        Judge(CountAt(now));
        _seen = (count, now);
        long inBuffer = _isCapture ? count - _moved : Math.Max(0, _moved - count);
        status = new PcmStatus(
            _state,
            IsStampless ? ClockTime.Zero : now,
            inBuffer + HardwareDelay,
            _isCapture ? Math.Max(0, inBuffer) : Setup.BufferSize - inBuffer);
        return 0;
    }

    public int GetStamp(out long available, out ClockTime time)
    {
        ClockTime now = _system.Now;
        ClockTime before = _seen.Time;
        long period = CountAt(now) / Setup.PeriodSize;
        // There is an interrupt for each period. The last two may be due or under way. Multiples of the golden ratio spread the jitter
        // evenly.
        for (long i = Math.Max(1, period - 1); i <= period; i++)
        {
            ClockTime late = ClockTime.FromNanoseconds((long)(i * 0.6180339887498949 % 1 * Jitter.Nanoseconds));
            ClockTime interrupt = AtTick(TimeOf(_startedWorld + (i * Setup.PeriodSize)) + late);
            if (_state == SND_PCM_STATE_RUNNING && interrupt <= now && interrupt > _seen.Time)
            {
                _seen = (CountAt(interrupt), interrupt);
            }
        }

        (available, time) = (_isCapture ? _seen.Count - _moved : Setup.BufferSize - (_moved - _seen.Count), IsSilent ? ClockTime.Zero : IsStampTorn ? before : _seen.Time);
        return _state == SND_PCM_STATE_XRUN ? -Epipe : 0;
    }

    public long Read(Span<byte> frames)
    {
        long there = CountAt(_system.Now) - _moved;
        _seen = (there + _moved, _system.Now);
        Judge(CountAt(_system.Now));
        if (_state == SND_PCM_STATE_XRUN)
        {
            return -Epipe;
        }

        int count = (int)Math.Min(there, frames.Length / Setup.BytesPerDeviceFrame);
        Span<int> samples = MemoryMarshal.Cast<byte, int>(frames);
        for (int i = 0; i < count; i++)
        {
            samples[2 * i] = Signal(_startedWorld + _moved + i);
            samples[(2 * i) + 1] = samples[2 * i];
        }

        _moved += count;
        return count;
    }

    public long Write(ReadOnlySpan<byte> frames)
    {
        if (_state == SND_PCM_STATE_RUNNING)
        {
            Judge(CountAt(_system.Now));
        }

        if (_state == SND_PCM_STATE_XRUN)
        {
            return -Epipe;
        }

        long played = _state == SND_PCM_STATE_RUNNING ? CountAt(_system.Now) : 0;
        int count = (int)Math.Min(frames.Length / Setup.BytesPerDeviceFrame, Setup.BufferSize - (_moved - played));
        for (int i = 0; i < count; i++)
        {
            Runs[^1].Left.Add(FrameNumbers.Read(Setup.Format, frames, i));
        }

        _moved += count;
        return count;
    }

    public void Dispose() => IsDisposed = true;

    private ClockTime AtTick(ClockTime time)
    {
        long since = Tick > ClockTime.Zero ? (time - _epoch).Nanoseconds % Tick.Nanoseconds : 0;
        return since > 0 ? time + Tick - ClockTime.FromNanoseconds(since) : time;
    }

    private long CountAt(ClockTime time)
    {
        long elapsed = (time - _epoch).Nanoseconds;
        double world = (elapsed - (Tick > ClockTime.Zero ? elapsed % Tick.Nanoseconds : 0)) * _framesPerNanosecond;
        long count = Math.Max(0, (long)Math.Floor(world) - _startedWorld);
        return count / Quantum * Quantum;
    }

    private void Judge(long count)
    {
        if (_state == SND_PCM_STATE_DRAINING && count >= _moved)
        {
            _state = SND_PCM_STATE_SETUP;
        }

        if (_state == SND_PCM_STATE_RUNNING && (_isCapture ? count - _moved > Setup.BufferSize : count > _moved))
        {
            _state = SND_PCM_STATE_XRUN;
            Xruns++;
        }
    }
}
