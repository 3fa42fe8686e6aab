using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Clocks;

public sealed class SimulatedDeviceClockTests
{
    [Test]
    public void Drift_is_as_set_and_a_change_is_no_step()
    {
        var system = new ControllableClock(ClockTime.FromSeconds(7));
        var clock = new SimulatedDeviceClock(system, 100, ClockTime.FromSeconds(1));
        system.Advance(ClockTime.FromSeconds(1000));
        Assert.That(clock.Now, Is.EqualTo(ClockTime.FromSeconds(1001) + ClockTime.FromMilliseconds(100)));
        clock.DriftPpm = -100;
        Assert.That(clock.Now, Is.EqualTo(ClockTime.FromSeconds(1001) + ClockTime.FromMilliseconds(100)));
        system.Advance(ClockTime.FromSeconds(1000));
        Assert.That(clock.Now, Is.EqualTo(ClockTime.FromSeconds(2001)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Jitter_has_the_shape_asked_for_and_repeats_with_its_seed(bool isOneSided)
    {
        double[] Errors()
        {
            var system = new ControllableClock();
            var clock = new SimulatedDeviceClock(system, seed: 42) { Jitter = ClockTime.FromMicroseconds(10), IsJitterOneSided = isOneSided };
            return [.. Enumerable.Range(0, 20_000).Select(_ => (clock.Read().Time - clock.Now).Nanoseconds / 10_000.0)];
        }

        double[] errors = Errors();
        Assert.That(Errors(), Is.EqualTo(errors));
        double mean = errors.Average();
        double deviation = Math.Sqrt(errors.Average(error => (error - mean) * (error - mean)));
        if (isOneSided)
        {
            Assert.That(errors, Is.All.InRange(-2.0, 0.0));
            Assert.That(mean, Is.EqualTo(-1).Within(0.02), "mean of 20,000 evenly spread values; its standard error is 0.004");
        }
        else
        {
            Assert.That(mean, Is.EqualTo(0).Within(0.035), "five standard errors of the mean of 20,000");
            Assert.That(deviation, Is.EqualTo(1).Within(0.025), "five standard errors of the deviation of 20,000");
        }
    }
}
