using System.Numerics;
using RetroVue.Media.Clocks;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Clocks;

public sealed class DisciplinedClockTests
{
    [Test]
    public void Readers_on_several_threads_never_see_it_go_back_while_it_is_changed()
    {
        const int changes = 200_000;
        var clock = new DisciplinedClock(SystemClock.Instance, ClockTime.Zero, "line");
        long latest = 0;
        long backwards = 0;
        bool isDone = false;
        Thread[] readers = [.. Enumerable.Range(0, 3).Select(_ => new Thread(Read))];
        Array.ForEach(readers, thread => thread.Start());
        var random = new Random(1);
        for (int i = 0; i < changes; i++)
        {
            if (random.Next(4) == 0)
            {
                clock.StepForward(ClockTime.FromNanoseconds(random.Next(1000)));
            }
            else
            {
                clock.SetRate(0.5 + (1.5 * random.NextDouble()), ClockTime.Zero, ClockState.Synchronised);
            }
        }

        Volatile.Write(ref isDone, true);
        Array.ForEach(readers, thread => thread.Join());
        Assert.That(backwards, Is.Zero);

        void Read()
        {
            while (!Volatile.Read(ref isDone))
            {
                // The time that this thread reads must not be before a time that any thread had read before this reading began.
                long before = Interlocked.Read(ref latest);
                long now = clock.Now.Nanoseconds;
                if (now < before)
                {
                    Interlocked.Increment(ref backwards);
                }

                while (now > before)
                {
                    long seen = Interlocked.CompareExchange(ref latest, now, before);
                    if (seen == before)
                    {
                        break;
                    }

                    before = seen;
                }
            }
        }
    }

    [Test]
    public void Rates_and_steps_of_a_year_agree_with_big_integers_to_the_nanosecond()
    {
        var system = new ControllableClock(ClockTime.FromSeconds(12_345));
        var clock = new DisciplinedClock(system, ClockTime.FromSeconds(-5), "line");
        var random = new Random(2);
        BigInteger time = ClockTime.FromSeconds(-5).Nanoseconds;
        BigInteger skew = 0;
        for (int day = 0; day < 365; day++)
        {
            double rate = day % 7 == 0 ? 0.5 + (1.5 * random.NextDouble()) : 1 + ((random.NextDouble() - 0.5) * 1e-3);
            clock.SetRate(rate, ClockTime.Zero, ClockState.Synchronised);
            // A rate is a multiple of 2^-40, and a double of this size holds it exactly.
            Assert.That(clock.Rate, Is.EqualTo(rate).Within(Math.Pow(2, -40)));
            skew = new BigInteger(Math.Round((clock.Rate - 1) * Math.Pow(2, 40)));
            if (day % 30 == 0)
            {
                clock.StepForward(ClockTime.FromMilliseconds(day));
                time += day * 1_000_000L;
            }

            long elapsed = random.NextInt64(200_000L * 1_000_000_000);
            system.Advance(ClockTime.FromNanoseconds(elapsed));
            time += elapsed + ((elapsed * skew) >> 40);
            Assert.That((BigInteger)clock.Now.Nanoseconds, Is.EqualTo(time));
            Assert.That(clock.At(system.Now), Is.EqualTo(clock.Now));
        }
    }

    [Test]
    public void Change_is_continuous_and_earlier_system_times_keep_their_time()
    {
        var system = new ControllableClock();
        var clock = new DisciplinedClock(system, ClockTime.Zero, "line");
        clock.SetRate(2, ClockTime.Zero, ClockState.Synchronised);
        system.Advance(ClockTime.FromSeconds(10));
        clock.SetRate(0.5, ClockTime.Zero, ClockState.Synchronised);
        Assert.That(clock.Now, Is.EqualTo(ClockTime.FromSeconds(20)));
        system.Advance(ClockTime.FromSeconds(10));
        Assert.That(clock.Now, Is.EqualTo(ClockTime.FromSeconds(25)));
        Assert.That(clock.At(ClockTime.FromSeconds(9)), Is.EqualTo(ClockTime.FromSeconds(18)), "a device's time stamp from before the change");
        clock.SetRate(1, ClockTime.Zero, ClockState.Synchronised);
        Assert.That(clock.At(ClockTime.FromSeconds(15)), Is.EqualTo(ClockTime.FromMilliseconds(22_500)), "before the second change, after the first");
    }

    [Test]
    public void Two_changes_at_one_instant_act_as_the_last_and_change_no_time()
    {
        var system = new ControllableClock();
        var clock = new DisciplinedClock(system, ClockTime.Zero, "line");
        system.Advance(ClockTime.FromMilliseconds(1));
        clock.SetRate(2, ClockTime.Zero, ClockState.Synchronised);
        clock.SetRate(0.5, ClockTime.FromNanoseconds(7), ClockState.HoldOver);
        Assert.That(clock.Read(), Is.EqualTo(new ClockReading(ClockTime.FromMilliseconds(1), ClockTime.FromMilliseconds(1), ClockTime.FromNanoseconds(7), ClockState.HoldOver)));
        system.Advance(ClockTime.FromMilliseconds(2));
        Assert.That(clock.Now, Is.EqualTo(ClockTime.FromMilliseconds(2)));
    }

    [Test]
    public void Changes_in_quick_succession_never_turn_it_back()
    {
        var system = new ControllableClock();
        var clock = new DisciplinedClock(system, ClockTime.Zero, "line");
        var random = new Random(3);
        ClockTime last = clock.Now;
        for (int i = 0; i < 10_000; i++)
        {
            clock.SetRate(0.5 + (1.5 * random.NextDouble()), ClockTime.Zero, ClockState.Synchronised);
            Assert.That(clock.Now >= last, Is.True);
            last = clock.Now;
            system.Advance(ClockTime.FromNanoseconds(random.Next(1_500_000)));
            Assert.That(clock.Now >= last, Is.True);
            last = clock.Now;
        }
    }

    [Test]
    public void Rate_out_of_range_step_back_and_start_at_none_throw()
    {
        var system = new ControllableClock();
        var clock = new DisciplinedClock(system, ClockTime.Zero, "line");
        foreach (double rate in new[] { 0.49, 2.01, double.NaN, double.PositiveInfinity })
        {
            Assert.That(
                () => clock.SetRate(rate, ClockTime.Zero, ClockState.Synchronised),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("between 0.5 and 2"));
        }

        Assert.That(() => clock.StepForward(ClockTime.FromNanoseconds(-1)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => clock.StepForward(ClockTime.None), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new DisciplinedClock(system, ClockTime.None, "line"), Throws.ArgumentException.With.Message.Contains("None"));
        Assert.That(() => new DisciplinedClock(null!, ClockTime.Zero, "line"), Throws.ArgumentNullException);
    }

    [Test]
    public void Reading_allocates_nothing()
    {
        var clock = new DisciplinedClock(SystemClock.Instance, ClockTime.Zero, "line");
        clock.SetRate(1.0001, ClockTime.Zero, ClockState.Synchronised);
        _ = clock.Now;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _ = clock.Now;
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
