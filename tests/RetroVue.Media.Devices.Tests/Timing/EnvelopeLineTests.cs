using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Timing;

public sealed class EnvelopeLineTests
{
    private const int Rate = 48_000;
    private const int Period = 1024;

    [TestCase(100)]
    [TestCase(-100)]
    [TestCase(0)]
    public void Line_of_late_stamps_knows_rate_and_time_without_bias(double ppm)
    {
        // The stamps are late by 1 ms on average, with the exponential distribution of wake-ups. A least-squares line would end 1 ms late.
        var random = new Random(7);
        var line = new EnvelopeLine(new Rational(1, Rate));
        double worstRate = 0;
        double worstTime = 0;
        for (long n = 0; n < 3000; n++)
        {
            ClockTime truth = Truth(n * Period, ppm);
            line.Add(n * Period, truth + ClockTime.FromNanoseconds((long)(-1e6 * Math.Log(1 - random.NextDouble()))));
            if (n * Period > 20 * Rate)
            {
                worstRate = Math.Max(worstRate, Math.Abs(line.Drift - ppm));
                worstTime = Math.Max(worstTime, Math.Abs((line.At(n * Period) - truth).Nanoseconds));
            }
        }

        // There are 47 pairs in a second. The least late of them is late by 1 ms / 47 = 21 µs on average. Over 20 s, this makes the rate
        // wrong by 1 ppm, and chance makes it a little more.
        Assert.That(worstRate, Is.LessThan(6));
        Assert.That(worstTime, Is.LessThan(100_000));
    }

    [Test]
    public void Line_of_exact_stamps_is_exact()
    {
        var line = new EnvelopeLine(new Rational(1, Rate));
        for (long n = 0; n < 2000; n++)
        {
            line.Add(n * Period, Truth(n * Period, 50));
        }

        // Seconds over a minute are stored as doubles, so an error of some nanoseconds is allowed.
        Assert.That(Math.Abs((line.At(2000 * Period) - Truth(2000 * Period, 50)).Nanoseconds), Is.LessThan(20));
        Assert.That(line.Drift, Is.EqualTo(50).Within(1e-3));
        Assert.That(line.Uncertainty, Is.LessThan(ClockTime.FromMicroseconds(1)));
    }

    [Test]
    public void Time_to_position_and_back_is_the_same()
    {
        var line = new EnvelopeLine(new Rational(1, Rate));
        for (long n = 0; n < 2000; n++)
        {
            line.Add(n * Period, Truth(n * Period, 80));
        }

        for (long position = 0; position < 4_000_000; position += 123_457)
        {
            ClockTime there = line.ElapsedAt(line.At(position));
            Assert.That(Math.Abs((there - ClockTime.FromUnits(position, new Rational(1, Rate))).Nanoseconds), Is.LessThan(20));
        }
    }

    [Test]
    public void Restart_keeps_the_rate_and_forgets_the_offset()
    {
        var line = new EnvelopeLine(new Rational(1, Rate));
        for (long n = 0; n < 2000; n++)
        {
            line.Add(n * Period, Truth(n * Period, 100));
        }

        line.Restart();
        Assert.That(line.At(0).IsNone, Is.True);
        ClockTime later = ClockTime.FromSeconds(1000);
        line.Add(0, later);
        // At +100 ppm, a second of the device is 100 µs shorter than a second.
        Assert.That((line.At(Rate) - later).Nanoseconds, Is.EqualTo(1_000_000_000 / 1.0001).Within(200));
    }

    [Test]
    public void Line_over_more_than_its_window_follows_a_wandering_crystal()
    {
        var line = new EnvelopeLine(new Rational(1, Rate));
        double seconds = 0;
        for (long n = 0; n < 30_000; n++)
        {
            // The crystal wanders from 0 to 10 ppm over ten minutes.
            double ppm = 10.0 * n / 30_000;
            seconds += Period / (double)Rate / (1 + (ppm / 1e6));
            line.Add((n + 1) * Period, ClockTime.FromNanoseconds((long)(seconds * 1e9)));
        }

        // The window is half a minute. It shows the rate of about 16 s ago, which is 0.25 ppm behind.
        Assert.That(line.Drift, Is.EqualTo(9.75).Within(0.1));
    }

    private static ClockTime Truth(long position, double ppm) =>
        ClockTime.FromSeconds(100) + ClockTime.FromNanoseconds((long)Math.Round(position / (Rate * (1 + (ppm / 1e6))) * 1e9));
}
