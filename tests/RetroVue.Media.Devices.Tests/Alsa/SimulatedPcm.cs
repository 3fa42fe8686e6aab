using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>
/// A sound card in simulated time: a crystal of its own, a count that moves in steps, status stamps that are late by chance, xruns. What it
/// captures is a counter of the frames of its world; what it plays it keeps, with the time at which it was heard.
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

    /// <summary>The count moves by so many frames at a time.</summary>
    public int Quantum { get; init; } = 1;

    /// <summary>The count moves at ticks of the system clock that lie so far apart, as a driver's does that has no card; zero for none.</summary>
    public ClockTime Tick { get; init; }

    /// <summary>A status tells where the device was up to so long ago, and an interrupt comes up to so late.</summary>
    public ClockTime Jitter { get; init; }

    /// <summary>It does not say what it knew at its interrupts, as plugins do not.</summary>
    public bool IsSilent { get; init; }

    /// <summary>A status tells where it is but not when, as plugins do.</summary>
    public bool IsStampless { get; init; }

    /// <summary>A look at the last interrupt always falls between the kernel's writing of its count and of its time.</summary>
    public bool IsStampTorn { get; init; }

    /// <summary>Between the count and the world: converters and cables.</summary>
    public int HardwareDelay { get; init; }

    /// <summary>What each frame of the world sounds like, on all channels.</summary>
    public Func<long, int> Signal { get; init; } = frame => (int)frame;

    /// <summary>What was played: first frame's time of being heard, and the samples, one run after the other.</summary>
    public List<(ClockTime HeardAt, List<int> Left)> Runs { get; } = [];

    public int Xruns { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>The true time of a frame of the world.</summary>
    public ClockTime TimeOf(long worldFrame) => _epoch + ClockTime.FromNanoseconds((long)Math.Round(worldFrame / _framesPerNanosecond));

    /// <summary>The frame of the world at a time.</summary>
    public long FrameAt(ClockTime time) => (long)Math.Round((time - _epoch).Nanoseconds * _framesPerNanosecond);

    /// <summary>What the card's crystal makes of a stretch of time.</summary>
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
        // An interrupt for each period, the last two of which may be due or under way; multiples of the golden ratio fill the jitter evenly.
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
