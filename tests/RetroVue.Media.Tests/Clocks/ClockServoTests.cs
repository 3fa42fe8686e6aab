using RetroVue.Media.Clocks;

namespace RetroVue.Media.Tests.Clocks;

/// <summary>The filter's figures after single steps, from the formulas of a Kalman filter with the states phase and rate.</summary>
public sealed class ClockServoTests
{
    // A crystal is within 200 ppm of its rate; a pair is never better than 100 ns.
    private const double FirstRateDeviation = 200e-6;
    private const double LeastNoise = 100e-9;

    // All figures are computed with doubles, from few operations.
    private const double Relative = 1e-9;

    [TestCase(0, LeastNoise)]
    [TestCase(1e-3, 1e-3)]
    public void Reset_trusts_the_first_pair_as_its_uncertainty_says(double uncertainty, double deviation)
    {
        var servo = new ClockServo();
        servo.Reset(uncertainty);
        Assert.That((servo.Phase, servo.Rate), Is.EqualTo((0.0, 0.0)));
        AssertNear(servo.PhaseDeviation, deviation);
        AssertNear(servo.RateDeviation, FirstRateDeviation);
    }

    [Test]
    public void Predict_adds_the_doubt_of_the_rate_to_the_phase_and_a_wander_to_the_rate()
    {
        var servo = new ClockServo();
        servo.Reset(1e-3);
        servo.Predict(2, 0.25);
        Assert.That(servo.Phase, Is.EqualTo(-0.25));
        double rate = FirstRateDeviation * FirstRateDeviation;
        AssertNear(servo.PhaseDeviation, Math.Sqrt(1e-6 + (4 * rate)));
        AssertNear(servo.RateDeviation, Math.Sqrt(rate + (2 * 1e-18)));
        // Phase and rate depend on each other now: that is the middle term.
        servo.Predict(3, 0);
        AssertNear(servo.PhaseDeviation, Math.Sqrt(1e-6 + (4 * rate) + (2 * 3 * 2 * rate) + (9 * (rate + (2 * 1e-18)))));
    }

    [Test]
    public void Update_moves_phase_and_rate_by_their_gains([Values(0, 1e-4)] double uncertainty)
    {
        var servo = new ClockServo();
        servo.Reset(1e-3);
        servo.Predict(2, 0);
        double rate = FirstRateDeviation * FirstRateDeviation;
        double phaseVariance = 1e-6 + (4 * rate);
        double covariance = 2 * rate;
        double noise = Math.Max(uncertainty, LeastNoise);
        double all = phaseVariance + (noise * noise);
        servo.Update(0.01, uncertainty);
        AssertNear(servo.Phase, 0.01 * phaseVariance / all);
        AssertNear(servo.Rate, 0.01 * covariance / all);
        AssertNear(servo.RateDeviation, Math.Sqrt(rate + 2e-18 - (covariance * covariance / all)));
        // The difference of two nearly equal figures loses digits.
        Assert.That(servo.PhaseDeviation, Is.EqualTo(Math.Sqrt(phaseVariance * (noise * noise) / all)).Within(1e-4 * noise));
    }

    private static void AssertNear(double value, double expected) => Assert.That(value, Is.EqualTo(expected).Within(Relative * Math.Abs(expected)));
}
