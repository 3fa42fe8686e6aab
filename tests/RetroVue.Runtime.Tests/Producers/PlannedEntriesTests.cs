using NodaTime;
using RetroVue.Media.Testing;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Producers;

/// <summary>Parts of a producer's plan are taken while others are replaced.</summary>
public sealed class PlannedEntriesTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);

    [Test]
    public void Another_entry_begins_at_the_instant_and_the_one_across_it_ends_there()
    {
        PlannedEntries planned = Begin(Entry("a", 0, 60), Entry("b", 60, 120));
        Assert.That(Replace(planned, 20, new PlayoutPlan([Entry("c", 0, 50), Entry("d", 50, 90)])), Is.True);
        Assert.That(All(planned), Is.EqualTo([("a", 0, 20, 0), ("c", 20, 50, 20), ("d", 50, 90, 0)]), "c airs from its middle");
        Assert.That(planned.OnAir.Id, Is.EqualTo(Entry("a", 0, 60).Id), "the rest of an entry has the entry's id");
    }

    [Test]
    public void Same_entry_goes_on_and_may_end_earlier()
    {
        PlannedEntries planned = Begin(Entry("a", 0, 60), Entry("b", 60, 120));
        Assert.That(Replace(planned, 20, new PlayoutPlan([Entry("a", 0, 40), Entry("d", 40, 90)])), Is.True);
        Assert.That(All(planned), Is.EqualTo([("a", 0, 40, 0), ("d", 40, 90, 0)]));
    }

    [Test]
    public void Same_entry_that_ends_later_airs_longer_also_if_it_is_open_already()
    {
        PlannedEntries planned = Begin(Entry("a", 0, 60), Entry("b", 60, 120), Entry("c", 120, 180));
        planned.TryTake(At(60));
        Assert.That(Replace(planned, 70, new PlayoutPlan([Entry("b", 60, 150), Entry("d", 150, 200)])), Is.True);
        Assert.That(All(planned), Is.EqualTo([("a", 0, 60, 0), ("b", 60, 150, 0), ("d", 150, 200, 0)]));
        Assert.That(Replace(planned, 160, new PlayoutPlan([Entry("d", 150, 300)])), Is.True);
        Assert.That(All(planned)[^1], Is.EqualTo(("d", 150, 300, 0)), "an entry that is not open becomes no longer either");
    }

    [Test]
    public void What_has_been_taken_is_not_replaced()
    {
        PlannedEntries planned = Begin(Entry("a", 0, 60), Entry("b", 60, 120));
        Assert.That(planned.TryTake(At(59)), Is.Null);
        Assert.That(planned.TryTake(At(60))!.File, Is.EqualTo("b"));
        Assert.That(Replace(planned, 60, new PlayoutPlan([Entry("c", 0, 90)])), Is.False);
        Assert.That(Replace(planned, 10, new PlayoutPlan([Entry("c", 0, 90)])), Is.False);
        Assert.That(All(planned), Is.EqualTo([("a", 0, 60, 0), ("b", 60, 120, 0)]));
        planned.GoOn();
        Assert.That((planned.OnAir.File, planned.Prepared), Is.EqualTo(("b", (PlayoutEntry?)null)));
    }

    // The producer opens the next entry when an entry begins. If the entry is too short, nothing can follow it in time.
    [Test]
    public void Rest_of_an_entry_that_would_be_too_short_does_not_air()
    {
        var two = Duration.FromSeconds(2);
        PlannedEntries planned = Begin(Entry("a", 0, 60), Entry("b", 60, 120));
        Assert.That(planned.TryReplace(new PlayoutPlan([Entry("c", 50, 90)]), At(61), two), Is.True);
        Assert.That(All(planned), Is.EqualTo([("a", 0, 60, 0), ("c", 60, 90, 10)]), "the rest of b is too short, so c begins at once");
        Assert.That(planned.TryReplace(new PlayoutPlan([Entry("d", 61, 90)]), At(61), two), Is.True);
        Assert.That(All(planned), Is.EqualTo([("a", 0, 60, 0), ("c", 60, 61, 10), ("d", 61, 90, 0)]), "d has nothing for that time, so c airs");
        Assert.That(planned.TryReplace(new PlayoutPlan([Entry("c", 50, 95)]), At(60), two), Is.True);
        planned.TryTake(At(60));
        Assert.That(planned.TryReplace(new PlayoutPlan([Entry("d", 50, 90)]), At(61), two), Is.False, "the entry has been opened");
        Assert.That(planned.TryReplace(new PlayoutPlan([Entry("d", 50, 90)]), At(62), two), Is.True);
    }

    [Test]
    public void Plan_without_the_instant_or_beyond_the_end_is_refused()
    {
        PlannedEntries planned = Begin(Entry("a", 0, 60));
        Assert.That(() => Replace(planned, 10, new PlayoutPlan([Entry("c", 20, 90)])), Throws.ArgumentException.With.Message.Contains("does not contain"));
        Assert.That(() => Replace(planned, 61, new PlayoutPlan([Entry("c", 0, 90)])), Throws.ArgumentException.With.Message.Contains("ends at"));
        Assert.That(() => planned.Add(Entry("b", 61, 90)), Throws.ArgumentException.With.Message.Contains("ends at"));
        Assert.That(Replace(planned, 60, new PlayoutPlan([Entry("c", 60, 90)])), Is.True, "this adds to the plan");
        Assert.That(All(planned), Is.EqualTo([("a", 0, 60, 0), ("c", 60, 90, 0)]));
    }

    [Test]
    public void Change_wakes_who_waits_for_it()
    {
        PlannedEntries planned = Begin(Entry("a", 0, 60));
        Task first = planned.Changed;
        planned.Add(Entry("b", 60, 120));
        Task second = planned.Changed;
        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((true, false)));
        Replace(planned, 20, new PlayoutPlan([Entry("c", 0, 90)]));
        Assert.That((second.IsCompleted, planned.Changed.IsCompleted), Is.EqualTo((true, false)));
        planned.Close();
        Assert.That(planned.Changed.IsCompleted, Is.True);
    }

    // At each instant, the producer airs the entry of the plan that was set last for it. A replacement never moves the start of an entry
    // that has been taken.
    [Test]
    public void Any_replacements_are_followed() => RandomCases.Run(300, random =>
    {
        string[] right = new string[1000];
        PlayoutPlan first = AnyPlan(random, 0, 400);
        Note(first, 0);
        var planned = new PlannedEntries(first, first.At(s_start)!.Value, new SimulatedExecutor());
        for (int i = 0; i < 20; i++)
        {
            Instant taken = (planned.Prepared ?? planned.OnAir).Start;
            switch (random.Next(4))
            {
                case 0 when planned.Prepared is null:
                    planned.TryTake(At(999));
                    break;
                case 1 when planned.Prepared is not null:
                    planned.GoOn();
                    break;
                default:
                    Instant end = All(planned).Max(entry => At(entry.End));
                    int from = random.Next(0, (int)(end - s_start).TotalSeconds + 1);
                    PlayoutPlan plan = AnyPlan(random, Math.Max(0, from - random.Next(30)), Math.Min(1000, from + random.Next(1, 200)));
                    if (plan.At(At(from)) is null)
                    {
                        break;
                    }

                    bool isKept = Replace(planned, from, plan);
                    Assert.That(isKept, Is.EqualTo(At(from) > taken), $"from {from}");
                    if (isKept)
                    {
                        Note(plan, from);
                    }

                    break;
            }

            var all = All(planned);
            Assert.That(all.Zip(all.Skip(1)), Has.All.Matches<((string, int Begin, int End, int) One, (string, int Begin, int End, int) Next)>(pair => pair.One.End == pair.Next.Begin));
            foreach ((string file, int begin, int until, int offset) in all)
            {
                Assert.That(until, Is.GreaterThan(begin));
                for (int second = begin; second < until; second++)
                {
                    Assert.That($"{file}@{second - begin + offset}", Is.EqualTo(right[second]), $"at {second}");
                }
            }
        }

        void Note(PlayoutPlan plan, int from)
        {
            for (int second = from; second < 1000; second++)
            {
                right[second] = plan.At(At(second)) is { } airing ? $"{airing.Entry.File}@{(int)airing.Position.TotalSeconds}" : "";
            }
        }
    });

    /// <summary>Makes a plan of few files on a common grid, so that two plans often have the same entry.</summary>
    private static PlayoutPlan AnyPlan(Random random, int from, int to)
    {
        List<PlayoutEntry> entries = [];
        for (int at = from / 20 * 20; at < to;)
        {
            int end = at + (random.Next(3) == 0 ? random.Next(1, 40) : 20);
            entries.Add(Entry($"{(char)('a' + random.Next(3))}", at, end));
            at = end;
        }

        return new PlayoutPlan([.. entries]);
    }

    private static bool Replace(PlannedEntries planned, int from, PlayoutPlan plan) => planned.TryReplace(plan, At(from), Duration.Zero);

    private static PlannedEntries Begin(params PlayoutEntry[] entries)
    {
        var plan = new PlayoutPlan([.. entries]);
        return new PlannedEntries(plan, plan.At(s_start)!.Value, new SimulatedExecutor());
    }

    /// <summary>
    /// Returns all planned entries: the file, the first second, the end, and the position in the file at the first second.
    /// </summary>
    private static List<(string File, int Begin, int End, int Offset)> All(PlannedEntries planned)
    {
        List<PlayoutEntry> entries = [planned.OnAir, .. planned.Prepared is { } prepared ? [prepared] : Array.Empty<PlayoutEntry>(), .. planned.Coming];
        return [.. entries.Select(entry => (entry.File!, Seconds(entry.Start - s_start), Seconds(entry.End - s_start), Seconds(entry.Offset)))];
    }

    private static int Seconds(Duration duration) => (int)duration.TotalSeconds;

    private static Instant At(int seconds) => s_start + Duration.FromSeconds(seconds);

    private static PlayoutEntry Entry(string file, int from, int to) =>
        new(EntryKind.Programme, At(from), At(to), file, file, Duration.Zero) { Id = new Guid(from, (short)file[0], 0, new byte[8]) };
}
