using NodaTime;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Time;

public sealed class MasterClockEventTests
{
    private static readonly Instant s_noon = Instant.FromUtc(2026, 3, 1, 12, 0);

    private readonly ControllableClock _system = new();

    [Test]
    public void TriggerScheduledEvents_unordered_insertion_returns_time_order_with_ties_by_insertion_once()
    {
        var clock = new MasterClock(_system, s_noon);
        clock.ScheduleEvent("c", s_noon + Duration.FromSeconds(3));
        clock.ScheduleEvent("b2", s_noon + Duration.FromSeconds(2));
        clock.ScheduleEvent("a", s_noon + Duration.FromSeconds(1), payload: 42);
        clock.ScheduleEvent("b1", s_noon + Duration.FromSeconds(2));
        clock.ScheduleEvent("later", s_noon + Duration.FromSeconds(4));
        Assert.That(clock.TriggerScheduledEvents(), Is.Empty);

        _system.Advance(ClockTime.FromSeconds(3));
        IReadOnlyList<ScheduledEvent> due = clock.TriggerScheduledEvents();
        Assert.That(due.Select(e => e.Id), Is.EqualTo(["a", "b2", "b1", "c"]));
        Assert.That(due[0].Payload, Is.EqualTo(42));
        Assert.That(clock.TriggerScheduledEvents(), Is.Empty);
    }

    [Test]
    public void TriggerScheduledEvents_coarse_precision_is_due_at_the_exact_nanosecond()
    {
        var clock = new MasterClock(_system, s_noon, TimePrecision.Second);
        clock.ScheduleEvent("half", s_noon + Duration.FromMilliseconds(500));
        _system.Advance(ClockTime.FromNanoseconds(499_999_999));
        Assert.That(clock.TriggerScheduledEvents(), Is.Empty);
        _system.Advance(ClockTime.FromNanoseconds(1));
        Assert.That(clock.TriggerScheduledEvents(), Has.Count.EqualTo(1));
    }

    [Test]
    public void ScheduleEvent_pending_id_replaces_and_returns_the_old_one()
    {
        var clock = new MasterClock(_system, s_noon);
        Assert.That(clock.ScheduleEvent("news", s_noon, "old"), Is.Null);
        Assert.That(clock.ScheduleEvent("news", s_noon + Duration.FromHours(1), "new")?.Payload, Is.EqualTo("old"));
        Assert.That(clock.EventsBetween(s_noon, s_noon + Duration.FromDays(1)).Select(e => e.Payload), Is.EqualTo(["new"]));
    }

    [Test]
    public void EventsBetween_range_includes_both_ends_and_removes_nothing()
    {
        var clock = new MasterClock(_system, s_noon);
        for (int second = 0; second < 5; second++)
        {
            clock.ScheduleEvent($"{second}", s_noon + Duration.FromSeconds(second));
        }

        for (int round = 0; round < 2; round++)
        {
            Assert.That(
                clock.EventsBetween(s_noon + Duration.FromSeconds(1), s_noon + Duration.FromSeconds(3)).Select(e => e.Id),
                Is.EqualTo(["1", "2", "3"]));
        }

        Assert.That(clock.EventsBetween(s_noon + Duration.FromSeconds(1), s_noon), Is.Empty);
    }

    [Test]
    public void CancelEvent_known_then_unknown_is_true_then_false()
    {
        var clock = new MasterClock(_system, s_noon);
        clock.ScheduleEvent("once", s_noon);
        Assert.That(clock.CancelEvent("once"), Is.True);
        Assert.That(clock.CancelEvent("once"), Is.False);
        Assert.That(clock.TriggerScheduledEvents(), Is.Empty);
    }

    [Test]
    public void Events_many_threads_scheduling_and_triggering_lose_and_repeat_none()
    {
        const int threads = 8, each = 2000;
        var clock = new MasterClock(_system, s_noon);
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, threads, thread =>
        {
            for (int i = 0; i < each; i++)
            {
                clock.ScheduleEvent($"{thread}-{i}", s_noon);
                foreach (ScheduledEvent due in clock.TriggerScheduledEvents())
                {
                    seen.Add(due.Id);
                }
            }
        });
        Assert.That(seen, Has.Count.EqualTo(threads * each));
        Assert.That(seen, Is.Unique);
    }
}
