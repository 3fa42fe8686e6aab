using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// The clock of a pipeline: a piecewise-linear map over the system clock that follows the elected reference. An election changes only the
/// reference; the clock itself stays continuous and monotone if clocks come or go.
/// </summary>
/// <remarks>
/// Thread-safe. It begins equal to the system clock, to the nanosecond, so a device's time stamp on CLOCK_MONOTONIC is a time on this
/// clock. After it has followed another reference, it differs from the system clock by a constant while the system clock is the reference
/// again. If the reference is lost, it goes on at the last rate with growing uncertainty (hold-over).
/// </remarks>
public sealed class PipelineClock : IClock
{
    /// <summary>The largest deviation from the system clock's rate; crystals stay within 0.02 %.</summary>
    private const double MaxSkew = 1e-3;

    /// <summary>The time constant, in seconds, with which a phase error is corrected.</summary>
    private const double PhaseTimeConstant = 2;

    /// <summary>The smallest growth of the uncertainty in hold-over, in seconds per second.</summary>
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

    /// <summary>
    /// How often the clock compares itself with its reference: every 250 ms, and at once after a clock was gained or lost.
    /// </summary>
    public static ClockTime DisciplineInterval => ClockTime.FromMilliseconds(250);

    /// <inheritdoc/>
    public ClockTime Now => _line.Now;

    /// <inheritdoc/>
    public ClockFlags Flags => ClockFlags.CanSetMaster;

    /// <inheritdoc/>
    public ClockTime Resolution => _system.Resolution;

    /// <inheritdoc/>
    public string Name => $"pipeline({Reference.Name})";

    /// <summary>The present reference.</summary>
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

    /// <summary>True while the reference is lost and no other one is followed.</summary>
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

    /// <summary>Returns the clock's time at a system time, such as a device's time stamp.</summary>
    public ClockTime At(ClockTime systemTime) => _line.At(systemTime);

    /// <summary>Follows <paramref name="reference"/> from now on, without a step.</summary>
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

    /// <summary>Notes that the reference gives no time any more: hold-over until another one is followed.</summary>
    internal void Lose()
    {
        lock (_lock)
        {
            _isLost = !ReferenceEquals(_reference, _system);
        }
    }

    /// <summary>
    /// Compares with the reference and sets the rate; called every <see cref="DisciplineInterval"/>, and sometimes in between.
    /// </summary>
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
