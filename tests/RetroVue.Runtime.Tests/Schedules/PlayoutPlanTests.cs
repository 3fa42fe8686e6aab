using NodaTime;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Schedules;

public sealed class PlayoutPlanTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 1, 1, 5, 0);

    [Test]
    public void At_bounds_first_instant_is_in_and_end_is_out()
    {
        var plan = new PlayoutPlan([Entry(0, 10), Entry(10, 20)]);
        Assert.Multiple(() =>
        {
            Assert.That(plan.At(s_start - Duration.Epsilon), Is.Null);
            Assert.That(plan.At(s_start)?.Entry, Is.EqualTo(plan.Entries[0]));
            Assert.That(plan.At(plan.Entries[1].Start)?.Entry, Is.EqualTo(plan.Entries[1]));
            Assert.That(plan.At(plan.End - Duration.Epsilon)?.Entry, Is.EqualTo(plan.Entries[1]));
            Assert.That(plan.At(plan.End), Is.Null);
        });
    }

    [Test]
    public void Construction_gap_overlap_empty_entry_or_none_throws() => Assert.Multiple(() =>
    {
        Assert.That(() => new PlayoutPlan([Entry(0, 10), Entry(11, 20)]), Throws.ArgumentException);
        Assert.That(() => new PlayoutPlan([Entry(0, 10), Entry(9, 20)]), Throws.ArgumentException);
        Assert.That(() => new PlayoutPlan([Entry(0, 0)]), Throws.ArgumentException);
        Assert.That(() => new PlayoutPlan([]), Throws.ArgumentException);
    });

    private static PlayoutEntry Entry(long start, long end) =>
        new(EntryKind.Slate, s_start + Duration.FromSeconds(start), s_start + Duration.FromSeconds(end), "", null, Duration.Zero);
}
