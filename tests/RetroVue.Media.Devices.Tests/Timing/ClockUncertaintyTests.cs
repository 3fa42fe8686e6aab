using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Formats;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Timing;

/// <summary>
/// The count of a device moves in ticks and is reported late, but never early. Its crystal is off by up to 500 ppm. In 999 of 1000
/// readings, from the first one on, the error of the time is no more than the reading's uncertainty.
/// </summary>
public sealed class ClockUncertaintyTests
{
    private const int Rate = 48_000;

    [Test]
    public void Alsa_clock_first_reading_carries_the_period()
    {
        var system = new ControllableClock(ClockTime.FromSeconds(100));
        AlsaClock clock = Alsa(system, 480);
        clock.Observe(480, system.Now);
        Assert.That(clock.Read().Uncertainty.Nanoseconds, Is.EqualTo(10_000_000).Within(50_000), "a period and a frame");
    }

    [Test]
    public void Reading_is_within_its_uncertainty_999_times_of_1000() => Judge(60);

    [Test]
    [Category("Soak")]
    public void Reading_is_within_its_uncertainty_999_times_of_1000_on_ten_thousand_devices() => Judge(10_000);

    private static void Judge(int devices)
    {
        int first = 0, firstWrong = 0, all = 0, wrong = 0;
        long widest = 0;
        RandomCases.Run(devices, random =>
        {
            foreach ((bool isRight, double age, ClockTime uncertainty) in Readings(random))
            {
                all++;
                wrong += isRight ? 0 : 1;
                first += age < 1 ? 1 : 0;
                firstWrong += age < 1 && !isRight ? 1 : 0;
                widest = age > 20 ? Math.Max(widest, uncertainty.Nanoseconds) : widest;
            }
        });
        TestContext.Out.WriteLine($"{wrong} of {all} readings wrong, {firstWrong} of {first} in the first second; after 20 s {widest / 1e6:F3} ms at most");
        Assert.That(wrong, Is.LessThanOrEqualTo(all / 1000));
        // Among few readings, one or two may be wrong by chance.
        Assert.That(firstWrong, Is.LessThanOrEqualTo((first / 1000) + 2));
        Assert.That(widest, Is.LessThan(10_000_000), "half of the longest period; a huge uncertainty would always hold");
    }

    private static IEnumerable<(bool IsRight, double Age, ClockTime Uncertainty)> Readings(Random random)
    {
        var system = new ControllableClock(ClockTime.FromSeconds(100));
        int period = random.Next(2) == 0 ? 240 : 1024;
        bool isAlsa = random.Next(2) == 0;
        // A driver is late by its period at most; PipeWire's graph is late by 2 ms at most.
        double most = isAlsa ? period / (double)Rate : 0.002;
        int tick = random.Next(1, (int)(most * Rate / 2));
        double jitter = random.NextDouble() * most / 2;
        double mean = jitter * (0.1 + random.NextDouble());
        double drift = 1 + ((random.NextDouble() - 0.5) * 1e-3);
        AlsaClock alsa = Alsa(system, period);
        var pipeWire = new PipeWireClock("graph", system);
        long start = system.Now.Nanoseconds;
        long origin = -1;
        for (double next = 0.1; next < 40; next += period / (double)Rate * (0.9 + (random.NextDouble() * 0.2)))
        {
            // The pair is the count at a moment, and the time at which the count was reported.
            long position = (long)(next * drift * Rate) / tick * tick;
            double told = next + Math.Min(jitter, -mean * Math.Log(1 - random.NextDouble()));
            ClockTime at = ClockTime.FromNanoseconds(start + (long)(told * 1e9));
            system.AdvanceTo(ClockTime.Max(system.Now, at));
            if (isAlsa)
            {
                alsa.Observe(position, at);
            }
            else
            {
                pipeWire.Add(position, new Rational(1, Rate), at);
            }

            origin = origin < 0 ? position : origin;
            system.Advance(ClockTime.FromNanoseconds((long)(random.NextDouble() * period / Rate * 0.4e9)));
            ClockReading reading = (isAlsa ? (IClock)alsa : pipeWire).Read();
            double truth = ((reading.SystemTime.Nanoseconds - start) / 1e9 * drift) - (origin / (double)Rate);
            double error = Math.Abs((reading.Time.Nanoseconds / 1e9) - truth);
            yield return (error * 1e9 <= reading.Uncertainty.Nanoseconds, next - 0.1, reading.Uncertainty);
        }
    }

    private static AlsaClock Alsa(ControllableClock system, int period) =>
        new(new PcmSetup("card", new AudioFormat(SampleFormat.S16, Rate, ChannelLayout.Stereo), PcmEncoding.S16, period, 4 * period), system);
}
