using System.Diagnostics;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Clocks;

public sealed class SystemClockTests
{
    [Test]
    public void Now_is_raw_clock_monotonic()
    {
        // Stopwatch reads CLOCK_MONOTONIC too, in nanoseconds on Linux. The test reads it before and after the clock.
        Assert.That(Stopwatch.Frequency, Is.EqualTo(1_000_000_000));
        for (int i = 0; i < 1000; i++)
        {
            long before = Stopwatch.GetTimestamp();
            long now = SystemClock.Instance.Now.Nanoseconds;
            long after = Stopwatch.GetTimestamp();
            Assert.That(now, Is.InRange(before, after));
        }
    }

    [Test]
    public void Now_never_goes_back_across_threads()
    {
        long latest = 0;
        long backwards = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 200_000; i++)
            {
                long before = Interlocked.Read(ref latest);
                long now = SystemClock.Instance.Now.Nanoseconds;
                if (now < before)
                {
                    Interlocked.Increment(ref backwards);
                }

                Interlocked.CompareExchange(ref latest, Math.Max(now, before), before);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.That(backwards, Is.Zero);
    }

    [Test]
    public void Reading_pairs_the_clock_with_itself()
    {
        ClockReading reading = SystemClock.Instance.Read();
        Assert.That(reading.Time, Is.EqualTo(reading.SystemTime));
        Assert.That(reading.Uncertainty, Is.EqualTo(ClockTime.Zero));
        Assert.That(reading.State, Is.EqualTo(ClockState.Synchronised));
    }

    [Test]
    public void Civil_time_is_of_this_century()
    {
        // After 2020-01-01 and before 2100-01-01.
        Assert.That(SystemClock.UnixNanoseconds, Is.InRange(1_577_836_800L * 1_000_000_000, 4_102_444_800L * 1_000_000_000));
    }
}
