namespace RetroVue.Media.Clocks;

/// <summary>
/// Estimates from noisy pairs how a reference clock's phase and rate differ from a line: a Kalman filter with the two states phase and
/// rate.
/// </summary>
/// <remarks>
/// Not thread-safe. The model: phase grows by rate; the rate wanders (white frequency noise is the measurement's). The measurement
/// noise is taken from each pair's own uncertainty, so a pair with a wide bracket weighs little.
/// </remarks>
internal sealed class ClockServo
{
    // A sound card's crystal wanders by parts in 10^8 over minutes; this lets the estimate follow that and not the jitter.
    private const double RateWander = 1e-9;
    private const double InitialRateDeviation = 200e-6;
    private const double LeastNoise = 100e-9;

    private double _phaseVariance;
    private double _covariance;
    private double _rateVariance;

    /// <summary>Seconds that the reference is ahead of the line.</summary>
    public double Phase { get; private set; }

    /// <summary>Seconds of the reference per second of system time, minus one.</summary>
    public double Rate { get; private set; }

    /// <summary>The standard deviation of <see cref="Phase"/>, in seconds.</summary>
    public double PhaseDeviation => Math.Sqrt(_phaseVariance);

    /// <summary>The standard deviation of <see cref="Rate"/>.</summary>
    public double RateDeviation => Math.Sqrt(_rateVariance);

    /// <summary>Resets the filter; the first pair then counts as phase zero, within its uncertainty.</summary>
    /// <param name="uncertainty">The uncertainty of the first pair, in seconds.</param>
    public void Reset(double uncertainty)
    {
        double noise = Math.Max(uncertainty, LeastNoise);
        (Phase, Rate) = (0, 0);
        (_phaseVariance, _covariance, _rateVariance) = (noise * noise, 0, InitialRateDeviation * InitialRateDeviation);
    }

    /// <summary>Predicts the state at a later time; the line has moved by <paramref name="correction"/> relative to system time.</summary>
    /// <param name="elapsed">Seconds of system time.</param>
    /// <param name="correction">Seconds the line has gained on system time meanwhile.</param>
    public void Predict(double elapsed, double correction)
    {
        Phase += (Rate * elapsed) - correction;
        _phaseVariance += (2 * elapsed * _covariance) + (elapsed * elapsed * _rateVariance);
        _covariance += elapsed * _rateVariance;
        _rateVariance += RateWander * RateWander * elapsed;
    }

    /// <summary>Updates the state with a measured phase.</summary>
    /// <param name="phase">Seconds that the reference was ahead of the line.</param>
    /// <param name="uncertainty">The uncertainty of the measurement, in seconds.</param>
    public void Update(double phase, double uncertainty)
    {
        double noise = Math.Max(uncertainty, LeastNoise);
        double innovation = phase - Phase;
        double variance = _phaseVariance + (noise * noise);
        double phaseGain = _phaseVariance / variance;
        double rateGain = _covariance / variance;
        Phase += phaseGain * innovation;
        Rate += rateGain * innovation;
        _rateVariance -= rateGain * _covariance;
        _covariance -= rateGain * _phaseVariance;
        _phaseVariance -= phaseGain * _phaseVariance;
    }
}
