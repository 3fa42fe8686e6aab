using RetroVue.Media.Clocks;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Clocks;

public sealed class SimulatedClockWaiterTests
{
    private ControllableClock _clock = new();
    private SimulatedClockWaiter _waiter = new(new ControllableClock());

    [SetUp]
    public void SetUp()
    {
        _clock = new ControllableClock(ClockTime.FromSeconds(5));
        _waiter = new SimulatedClockWaiter(_clock);
    }

    [Test]
    public void Until_returns_when_the_clock_has_been_advanced_to_the_deadline_and_not_before()
    {
        using ClockWait wait = _waiter.CreateWait();
        ClockWaitResult result = default;
        bool hasReturned = false;
        var waiting = new Thread(() =>
        {
            result = wait.Until(_clock, ClockTime.FromSeconds(6));
            Volatile.Write(ref hasReturned, true);
        });
        waiting.Start();
        for (int i = 0; i < 999; i++)
        {
            _clock.Advance(ClockTime.FromMilliseconds(1));
            Assert.That(Volatile.Read(ref hasReturned), Is.False);
        }

        _clock.Advance(ClockTime.FromMilliseconds(3));
        waiting.Join();
        Assert.That(result, Is.EqualTo(new ClockWaitResult(true, ClockTime.FromMilliseconds(2))));
    }

    [Test]
    public void Until_a_deadline_that_has_passed_returns_at_once()
    {
        using ClockWait wait = _waiter.CreateWait();
        Assert.That(wait.Until(_clock, ClockTime.FromSeconds(4)), Is.EqualTo(new ClockWaitResult(true, ClockTime.FromSeconds(1))));
    }

    [Test]
    public void Unschedule_from_another_thread_ends_the_wait_and_later_ones_until_reset()
    {
        using ClockWait wait = _waiter.CreateWait();
        ClockWaitResult result = default;
        var waiting = new Thread(() => result = wait.Until(_clock, ClockTime.MaxValue));
        waiting.Start();
        wait.Unschedule();
        waiting.Join();
        Assert.That(result, Is.EqualTo(ClockWaitResult.Unscheduled));
        Assert.That(wait.Until(_clock, ClockTime.MaxValue), Is.EqualTo(ClockWaitResult.Unscheduled), "sticky");
        wait.Reset();
        Assert.That(wait.Until(_clock, ClockTime.Zero).Reached, Is.True);
    }

    [Test]
    public void Until_on_a_slewed_clock_ends_when_that_clock_reads_the_deadline()
    {
        var line = new DisciplinedClock(_clock, ClockTime.Zero, "line");
        line.SetRate(2, ClockTime.Zero, ClockState.Synchronised);
        using ClockWait wait = _waiter.CreateWait();
        ClockWaitResult result = default;
        var waiting = new Thread(() => result = wait.Until(line, ClockTime.FromSeconds(2)));
        waiting.Start();
        _clock.Advance(ClockTime.FromMilliseconds(999));
        Assert.That(waiting.IsAlive, Is.True);
        _clock.Advance(ClockTime.FromMilliseconds(1));
        waiting.Join();
        Assert.That(result, Is.EqualTo(new ClockWaitResult(true, ClockTime.Zero)));
    }

    [Test]
    public void Clock_cannot_go_back()
    {
        Assert.That(() => _clock.Advance(ClockTime.FromNanoseconds(-1)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _clock.AdvanceTo(ClockTime.FromSeconds(4)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _clock.AdvanceTo(ClockTime.None), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(_clock.Now, Is.EqualTo(ClockTime.FromSeconds(5)));
    }
}
