using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// The clock a pipeline runs by: a piecewise-linear map over the system clock, slaved to the elected reference. An election changes
/// only the reference, so the clock itself is continuous and monotone whatever is plugged in or lost.
/// </summary>
/// <remarks>
/// Thread-safe. It begins as the system clock, to the nanosecond: a device's time stamp on CLOCK_MONOTONIC is a time on this clock. After
/// another reference has been followed it differs from the system clock by a constant while that is the reference again. When the
/// reference is lost it goes on at the last rate with growing uncertainty (hold-over).
/// </remarks>
public sealed class PipelineClock : IClock
{
    /// <summary>The largest difference from the system clock's rate that the clock takes on; crystals stay within 0.02 %.</summary>
    private const double MaxSkew = 1e-3;

    /// <summary>A phase error is worked off with this time constant, in seconds.</summary>
    private const double PhaseTimeConstant = 2;

    /// <summary>The least that hold-over's uncertainty grows by, in seconds per second.</summary>
    private const double LeastHoldOverDrift = 1e-7;

    private readonly Lock _lock = new();
    private readonly IClock _system;
    private readonly DisciplinedClock _line;
    private readonly ClockServo _servo = new();
    private IClock _reference;
    private ClockTime _offset;
    private ClockTime _lastPair;
    private bool _isLost;

    internal PipelineClock(IClock systemClock)
    {
        _system = systemClock;
        _reference = systemClock;
        _line = new DisciplinedClock(systemClock, "pipeline");
    }

    /// <summary>How often the clock compares itself with its reference: every 250 ms, and at once when one was gained or lost.</summary>
    public static ClockTime DisciplineInterval => ClockTime.FromMilliseconds(250);

    /// <inheritdoc/>
    public ClockTime Now => _line.Now;

    /// <inheritdoc/>
    public ClockFlags Flags => ClockFlags.CanSetMaster;

    /// <inheritdoc/>
    public ClockTime Resolution => _system.Resolution;

    /// <inheritdoc/>
    public string Name => $"pipeline({Reference.Name})";

    /// <summary>The clock elected last.</summary>
    public IClock Reference
    {
        get
        {
            lock (_lock)
            {
                return _reference;
            }
        }
    }

    /// <summary>True from when the reference was lost until one is followed again.</summary>
    internal bool IsLost
    {
        get
        {
            lock (_lock)
            {
                return _isLost;
            }
        }
    }

    /// <summary>Seconds of this clock per second of the system clock.</summary>
    public double Rate => _line.Rate;

    /// <inheritdoc/>
    public ClockReading Read() => _line.Read();

    /// <summary>The clock's time at a system time, such as a device's time stamp.</summary>
    public ClockTime At(ClockTime systemTime) => _line.At(systemTime);

    /// <summary>Makes <paramref name="reference"/> what the clock follows from now on, without a step.</summary>
    internal void Follow(IClock reference)
    {
        lock (_lock)
        {
            ClockReading reading = reference.Read();
            _reference = reference;
            _isLost = false;
            _offset = _line.At(reading.SystemTime) - reading.Time;
            _lastPair = reading.SystemTime;
            _servo.Reset(Seconds(reading.Uncertainty));
            if (ReferenceEquals(reference, _system))
            {
                _line.SetRate(1, ClockTime.Zero, ClockState.Synchronised);
            }
        }
    }

    /// <summary>Says that the reference gives no time any more: hold-over until another is followed.</summary>
    internal void Lose()
    {
        lock (_lock)
        {
            _isLost = !ReferenceEquals(_reference, _system);
        }
    }

    /// <summary>Compares with the reference and sets the rate; called every <see cref="DisciplineInterval"/> and now and then between.</summary>
    internal void Discipline()
    {
        lock (_lock)
        {
            if (ReferenceEquals(_reference, _system))
            {
                return;
            }

            ClockReading reading = _reference.Read();
            if (_isLost || reading.State == ClockState.Failed)
            {
                HoldOver(_system.Now);
                return;
            }

            double elapsed = Seconds(reading.SystemTime - _lastPair);
            if (elapsed <= 0)
            {
                return;
            }

            double correction = Seconds(_line.At(reading.SystemTime) - _line.At(_lastPair)) - elapsed;
            _servo.Predict(elapsed, correction);
            double phase = Seconds(reading.Time + _offset - _line.At(reading.SystemTime));
            _servo.Update(phase, Seconds(reading.Uncertainty));
            _lastPair = reading.SystemTime;
            double skew = Math.Clamp(_servo.Rate + (_servo.Phase / PhaseTimeConstant), -MaxSkew, MaxSkew);
            _line.SetRate(1 + skew, Duration(_servo.PhaseDeviation + Math.Abs(_servo.Phase)), reading.State);
        }
    }

    private static double Seconds(ClockTime duration) => duration.Nanoseconds / 1e9;

    private static ClockTime Duration(double seconds) => ClockTime.FromNanoseconds((long)Math.Ceiling(seconds * 1e9));

    private void HoldOver(ClockTime now)
    {
        double elapsed = Seconds(now - _lastPair);
        double drift = Math.Max(_servo.RateDeviation, LeastHoldOverDrift);
        double rate = 1 + Math.Clamp(_servo.Rate, -MaxSkew, MaxSkew);
        _line.SetRate(rate, Duration(_servo.PhaseDeviation + (elapsed * drift)), ClockState.HoldOver);
    }
}
