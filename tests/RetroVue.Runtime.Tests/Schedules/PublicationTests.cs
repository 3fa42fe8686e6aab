using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;
using static RetroVue.Runtime.Tests.Schedules.TestSchedules;

namespace RetroVue.Runtime.Tests.Schedules;

/// <summary>A schedule is published anew while it is read, and while its channel is on the air.</summary>
public sealed class PublicationTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Guid s_channel = ChannelId.FromShortName("test");

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Published_programme_holds_in_its_stretch_and_what_was_before_goes_on_after_it()
    {
        var book = new ScheduleBook([Channel("UTC", s_start, [Minutes(60)])]);
        Programme other = Channel("UTC", s_start, [Minutes(7)]).Programme;
        other = other with { Items = [other.Items[0] with { File = "/other" }] };
        Assert.That(book.GetGeneration(s_channel), Is.Zero);
        Assert.That(book.Publish(s_channel, other, s_start + Minutes(10), s_start + Minutes(20)), Is.EqualTo(1));
        PlayoutPlan plan = book.GetPlan(s_channel, s_start, s_start + Minutes(60));
        Assert.That(
            plan.Entries.Select(entry => (entry.File, (entry.Start - s_start).TotalMinutes, entry.Duration.TotalMinutes, entry.Offset.TotalMinutes)),
            Is.EqualTo([("/p0", 0, 10, 0), ("/other", 10, 4, 3), ("/other", 14, 6, 0), ("/p0", 20, 40, 20)]),
            "an item that began before the stretch airs in it from its middle");
        Assert.That((plan.Entries[0].Generation, book.GetGeneration(s_channel)), Is.EqualTo((1, 1)));
        Assert.That(plan.Entries[3].Id, Is.EqualTo(plan.Entries[0].Id), "both are parts of one entry");
        Assert.That(plan.Entries[1].Id, Is.Not.EqualTo(plan.Entries[2].Id), "another start is another entry");
    }

    [Test]
    public void Publication_that_cannot_be_aired_changes_nothing()
    {
        ChannelSchedule schedule = Channel("UTC", s_start, [Minutes(60)]);
        var book = new ScheduleBook([schedule]);
        Programme unknown = schedule.Programme with { Items = [schedule.Programme.Items[0] with { Duration = null }] };
        Assert.That(() => book.Publish(s_channel, unknown, s_start), Throws.InstanceOf<ScheduleException>());
        Assert.That(() => book.Publish(s_channel, schedule.Programme, s_start, s_start), Throws.ArgumentException);
        Assert.That(() => book.Publish(Guid.NewGuid(), schedule.Programme, s_start), Throws.InstanceOf<KeyNotFoundException>());
        Assert.That(book.GetGeneration(s_channel), Is.Zero);
    }

    // The ids are stored in logs. They must be the same in every version of the program and after each restart.
    [Test]
    public void Entry_has_the_same_id_for_ever()
    {
        PlayoutEntry entry = Channel("UTC", s_start, [Minutes(60)], [Minutes(1)]).At(s_start + Minutes(90)).Entry;
        Assert.That(entry.Id, Is.EqualTo(Guid.Parse("5d465c84-6d21-58c3-8841-1d71fe6cb341")));
        Assert.That(entry.Id.Version, Is.EqualTo(5));
    }

    // At each instant the programme holds that was published last for it. The entries of a plan follow one another, and no two have the
    // same id.
    [Test]
    public void Any_publications_are_answered_as_they_were_published() => RandomCases.Run(200, random =>
    {
        List<(Programme Programme, Instant From, Instant? To)> published = [(AnyProgramme(random), Instant.MinValue, null)];
        var book = new ScheduleBook([Channel("Europe/Berlin", s_start, []).With(_ => published[0].Programme)]);
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            Instant from = s_start + Duration.FromSeconds(random.Next(-4000, 4000));
            Instant? to = random.Next(3) == 0 ? null : from + Duration.FromSeconds(random.Next(1, 4000));
            published.Add((AnyProgramme(random), from, to));
            Assert.That(book.Publish(s_channel, published[^1].Programme, from, to), Is.EqualTo(published.Count - 1));
        }

        PlayoutPlan plan = book.GetPlan(s_channel, s_start - Duration.FromSeconds(5000), s_start + Duration.FromSeconds(9000));
        foreach (PlayoutEntry entry in plan.Entries)
        {
            foreach (Instant at in new[] { entry.Start, entry.Start + (entry.Duration / 2), entry.End - Duration.Epsilon })
            {
                Programme right = published.Last(one => one.From <= at && (one.To is null || at < one.To)).Programme;
                SchedulePosition alone = Channel("Europe/Berlin", s_start, []).With(_ => right).At(at);
                Assert.That((entry.File, entry.Id, new SchedulePosition(entry, at).Position), Is.EqualTo((alone.Entry.File, alone.Entry.Id, alone.Position)), $"{at}");
                Assert.That(book.GetPosition(s_channel, at).Entry, Is.EqualTo(entry));
            }
        }

        // The parts of an interrupted entry have one id. Two entries that begin at different instants have two ids.
        var whole = plan.Entries.GroupBy(entry => entry.Id).Select(parts => parts.Select(part => part.File is null ? default : part.Start - part.Offset).Distinct());
        Assert.That(whole.Select(starts => starts.Count()), Is.All.EqualTo(1));
    });

    [Test]
    public async Task Channel_on_the_air_follows_what_is_published([Values] ProfileMode mode)
    {
        string film = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 60), other = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 30);
        using var log = new RecordedLog();
        var watched = new NumberedChannel(s_start, mode, [(film, 60)], log);
        ScheduleBook book = watched.Channel.Schedules;
        watched.Watch(4);
        // The publication is only two seconds ahead, which is nearer than the channel can follow. It holds from the first time that the
        // channel can follow. Until 20 s, both lists have the film at the same position.
        ScheduleItem[] items = [ScheduleItem.Programme(film, "film", Duration.FromSeconds(20)), ScheduleItem.Programme(other, "other", Duration.FromSeconds(30))];
        book.Publish(watched.Channel.Manager.Channel.Id, new Programme(s_start, null, true, [.. items], []), s_start + Duration.FromSeconds(6));
        watched.Watch(43);
        // Seven seconds ahead, the film alone is published again. At 50 s it airs from its middle, where the other list would have begun
        // anew.
        book.Publish(watched.Channel.Manager.Channel.Id, new Programme(s_start, null, true, [items[0] with { Duration = Duration.FromSeconds(60) }], []), s_start + Duration.FromSeconds(50));
        watched.Watch(57);
        await watched.EndAsync();
        // In a copied film, two of the last pictures may be missing: B-frames that are decoded after a picture that is shown later.
        double missing = mode == ProfileMode.Copy ? 0.08 : 0;
        watched.AssertEach(4, 20 - missing, (time, number) => number == (long)Math.Round(time * 25), "the film goes on without a break");
        watched.AssertEach(20, 50 - missing, (time, number) => number == (long)Math.Round((time - 20) * 25), "the other");
        watched.AssertEach(50, 56, (time, number) => number == (long)Math.Round(time * 25), "the film again, from its middle");
        Assert.That(log.Lines, Is.Empty);
    }

    private static Programme AnyProgramme(Random random) => Channel(
        "UTC",
        s_start + Duration.FromSeconds(random.Next(-3000, 3000)),
        [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Duration.FromSeconds(random.Next(1, 900)))],
        random.Next(2) == 0 ? [Minutes(3)] : null).Programme with
    {
        Repeats = random.Next(2) == 0,
    };
}
