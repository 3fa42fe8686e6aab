using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Clocks;

public sealed class SystemClockWaiterTests
{
    private static readonly SystemClock s_system = SystemClock.Instance;

    [Test]
    public void Until_reaches_deadlines_and_says_how_late_it_was()
    {
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        ClockTime deadline = s_system.Now;
        // After some hundred waits, the waiter sets its time-outs early by the usual time of a wake-up, and some wake-ups come too soon.
        for (int i = 0; i < 1000; i++)
        {
            deadline += ClockTime.FromMilliseconds(1);
            ClockWaitResult result = wait.Until(s_system, deadline);
            ClockTime now = s_system.Now;
            Assert.That(result.Reached, Is.True);
            Assert.That(result.Lateness >= ClockTime.Zero && deadline + result.Lateness <= now, Is.True, $"{result.Lateness}");
        }
    }

    [Test]
    public void Until_a_deadline_that_has_passed_returns_at_once_with_the_lateness()
    {
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        ClockWaitResult result = wait.Until(s_system, s_system.Now - ClockTime.FromSeconds(3600));
        Assert.That(result.Reached, Is.True);
        Assert.That(result.Lateness >= ClockTime.FromSeconds(3600), Is.True);
        Assert.That(wait.Until(s_system, -ClockTime.MaxValue).Reached, Is.True);
    }

    [Test]
    public void Unschedule_from_another_thread_ends_the_wait_and_later_ones_until_reset()
    {
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        for (int i = 0; i < 200; i++)
        {
            ClockWaitResult result = default;
            var waiting = new Thread(() => result = wait.Until(s_system, ClockTime.MaxValue));
            waiting.Start();
            wait.Unschedule();
            waiting.Join();
            Assert.That(result, Is.EqualTo(ClockWaitResult.Unscheduled));
            Assert.That(wait.Until(s_system, ClockTime.MaxValue), Is.EqualTo(ClockWaitResult.Unscheduled), "sticky");
            wait.Reset();
            Assert.That(wait.Until(s_system, s_system.Now).Reached, Is.True);
        }
    }

    [Test]
    public void Remap_leaves_the_wait_running()
    {
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        ClockTime deadline = s_system.Now + ClockTime.FromMilliseconds(20);
        bool isDone = false;
        var remapping = new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                wait.Remap();
            }
        });
        remapping.Start();
        ClockWaitResult result = wait.Until(s_system, deadline);
        Volatile.Write(ref isDone, true);
        remapping.Join();
        Assert.That(result.Reached, Is.True);
        Assert.That(s_system.Now >= deadline, Is.True);
    }

    [Test]
    public void Until_on_a_clock_whose_rate_changes_meanwhile_ends_when_that_clock_reads_the_deadline()
    {
        // The clock runs twice as fast after the wait has begun, so the wait ends after half the system time. At the first rate, it would
        // take an hour.
        var clock = new DisciplinedClock(s_system, ClockTime.Zero, "line");
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        using var hasBegun = new ManualResetEventSlim();
        ClockTime systemStart = s_system.Now;
        ClockWaitResult result = default;
        var waiting = new Thread(() =>
        {
            hasBegun.Set();
            result = wait.Until(clock, ClockTime.FromSeconds(3600));
        });
        waiting.Start();
        hasBegun.Wait();
        clock.SetRate(2, ClockTime.Zero, ClockState.Synchronised);
        clock.StepForward(ClockTime.FromSeconds(3600) - ClockTime.FromMilliseconds(100));
        wait.Remap();
        waiting.Join();
        Assert.That(result.Reached, Is.True);
        Assert.That(clock.Now >= ClockTime.FromSeconds(3600), Is.True);
        Assert.That(s_system.Now - systemStart < ClockTime.FromSeconds(60), Is.True, "far less than the hour at the first rate");
    }

    [Test]
    public void Until_on_a_slower_clock_is_never_early()
    {
        var clock = new DisciplinedClock(s_system, ClockTime.Zero, "line");
        clock.SetRate(0.5, ClockTime.Zero, ClockState.Synchronised);
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        ClockTime deadline = clock.Now + ClockTime.FromMilliseconds(50);
        ClockWaitResult result = wait.Until(clock, deadline);
        Assert.That(result.Reached && clock.Now >= deadline && result.Lateness >= ClockTime.Zero, Is.True);
    }

    [Test]
    public void Until_allocates_nothing()
    {
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        wait.Until(s_system, s_system.Now + ClockTime.FromMicroseconds(100));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            wait.Until(s_system, s_system.Now + ClockTime.FromMicroseconds(100));
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Until_none_throws()
    {
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        Assert.That(() => wait.Until(s_system, ClockTime.None), Throws.ArgumentException);
        Assert.That(() => wait.Until(null!, ClockTime.Zero), Throws.ArgumentNullException);
    }
}
