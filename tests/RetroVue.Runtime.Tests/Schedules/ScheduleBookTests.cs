using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using RetroVue.Runtime.Schedules;
using static RetroVue.Runtime.Tests.Schedules.TestSchedules;

namespace RetroVue.Runtime.Tests.Schedules;

public sealed class ScheduleBookTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 1, 1, 5, 0);

    /// <summary>Lists of one to twelve items of odd lengths from 100 ms to about three hours, to the nanosecond.</summary>
    private static readonly Gen<Duration[]> s_lists =
        from count in Gen.Choose(1, 12)
        from lengths in Gen.Choose(0, 10_000_000).SelectMany(coarse => Gen.Choose(0, 999_999).Select(fine => (coarse * 1_000_000L) + fine)).ArrayOf(count)
        select lengths.Select(length => Duration.FromNanoseconds(length + 100_000_000)).ToArray();

    [Test]
    public void GetAiring_any_list_and_instant_agrees_with_walking_from_the_start() =>
        Prop.ForAll(s_lists.ToArbitrary(), Gen.Choose(0, 1_000_000_000).ToArbitrary(), (items, offset) =>
        {
            ChannelSchedule channel = Channel("UTC", s_start, items);
            // The instant is up to a thousand steps into the list, and somewhere inside an item.
            Instant at = s_start;
            int walked = 0;
            for (; walked < offset % 1000; walked++)
            {
                at += items[walked % items.Length];
            }

            Duration into = Duration.FromNanoseconds((long)((Int128)items[walked % items.Length].ToInt64Nanoseconds() * offset / 1_000_000_001));
            SchedulePosition airing = channel.At(at + into);
            return airing.Entry.Start == at && airing.Entry.File == $"/p{walked % items.Length}" && airing.Position == into && airing.Elapsed == into
                && airing.Remaining == airing.Entry.Duration - into;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void GetPlan_any_list_and_range_is_contiguous_covers_it_and_agrees_with_GetAiring() =>
        Prop.ForAll(s_lists.ToArbitrary(), s_lists.ToArbitrary(), Gen.Choose(-100_000, 100_000).ToArbitrary(), (items, filler, seconds) =>
        {
            ChannelSchedule channel = Channel("Europe/Berlin", s_start, items, filler).With(programme => programme with { End = s_start + Duration.FromHours(7) });
            var service = new ScheduleBook([channel]);
            Instant from = s_start + Duration.FromSeconds(seconds), to = from + Duration.FromHours(1);
            // The constructor of the plan refuses gaps and overlaps.
            PlayoutPlan plan = service.GetPlan(channel.Channel.Id, from, to);
            Assert.That(plan.Start <= from && plan.End >= to && plan.Entries[0].Contains(from) && plan.Entries[^1].Contains(to - Duration.Epsilon), Is.True);
            foreach (PlayoutEntry entry in plan.Entries)
            {
                Instant middle = entry.Start + (entry.Duration / 2);
                Assert.That(service.GetPosition(channel.Channel.Id, middle).Entry, Is.EqualTo(entry));
                Assert.That(service.GetPosition(channel.Channel.Id, entry.Start).Entry, Is.EqualTo(entry));
                Assert.That(service.GetPosition(channel.Channel.Id, entry.End - Duration.Epsilon).Entry, Is.EqualTo(entry));
                Assert.That(plan.At(middle), Is.EqualTo(new SchedulePosition(entry, middle)));
            }
        }).QuickCheckThrowOnFailure();

    [TestCaseSource(typeof(TestSchedules), nameof(Zones))]
    public void GetAiring_every_seven_minutes_of_a_year_agrees_with_walking(string zone)
    {
        Duration[] items = [Minutes(52.5), Duration.FromNanoseconds(1_234_567_891_011), Minutes(3)];
        ChannelSchedule channel = Channel(zone, s_start, items);
        var service = new ScheduleBook([channel]);
        Instant entryStart = s_start;
        int index = 0;
        for (Instant at = s_start; at < s_start + Duration.FromDays(366); at += Minutes(7))
        {
            while (at >= entryStart + items[index % 3])
            {
                entryStart += items[index++ % 3];
            }

            SchedulePosition airing = service.GetPosition(channel.Channel.Id, at);
            Assert.That((airing.Entry.Start, airing.Entry.File), Is.EqualTo((entryStart, $"/p{index % 3}")), $"{at}");
        }
    }

    [Test]
    public void GetAiring_centuries_from_the_start_is_exact()
    {
        ChannelSchedule channel = Channel("UTC", s_start, [Duration.FromNanoseconds(1_000_000_007), Duration.FromNanoseconds(1_999_999_993)]);
        // 400 years of 365.25 days are a whole number of cycles of three seconds.
        SchedulePosition airing = channel.At(s_start + Duration.FromDays(146_100) + Duration.FromNanoseconds(1_000_000_008));
        Assert.That((airing.Entry.File, airing.Position), Is.EqualTo(("/p1", Duration.Epsilon)));
    }

    [Test]
    public void GetAiring_trimmed_item_positions_count_from_the_trim()
    {
        ChannelSchedule channel = Channel("UTC", s_start, [Minutes(10)]);
        channel = channel.With(programme => programme with { Items = [channel.Programme.Items[0] with { Offset = Minutes(2) }] });
        Assert.That(channel.At(s_start + Minutes(1)).Position, Is.EqualTo(Minutes(3)));
    }

    [Test]
    public void GetAiring_around_the_end_is_cut_there_then_filler_begins_anew()
    {
        ChannelSchedule channel = Channel("UTC", s_start, [Minutes(40)], [Minutes(7), Minutes(5)]).With(programme => programme with { End = s_start + Minutes(50) });
        Assert.That(channel.Plan(s_start, s_start + Minutes(60)).Select(e => (e.Kind, e.File, (e.Start - s_start).TotalMinutes, e.Duration.TotalMinutes)), Is.EqualTo([
            (EntryKind.Programme, "/p0", 0, 40),
            (EntryKind.Programme, "/p0", 40, 10),
            (EntryKind.Filler, "/f0", 50, 7),
            (EntryKind.Filler, "/f1", 57, 5)]));
    }

    [Test]
    public void GetAiring_before_the_start_filler_ends_whole_at_it()
    {
        ChannelSchedule channel = Channel("UTC", s_start, [Minutes(40)], [Minutes(7), Minutes(5)]);
        Assert.That(channel.Plan(s_start - Minutes(12), s_start + Minutes(1)).Select(e => (e.File, (e.Start - s_start).TotalMinutes)), Is.EqualTo([
            ("/f0", -12), ("/f1", -5), ("/p0", 0)]));
    }

    [Test]
    public void GetAiring_list_that_does_not_repeat_is_over_after_its_last_item()
    {
        Instant start = s_start + Minutes(20);
        ChannelSchedule channel = Channel("Australia/Lord_Howe", start, [Minutes(25)]).With(programme => programme with { Repeats = false });
        // Without filler a slate airs. It is cut at the half hours of the channel's clocks, whose offset is 11 h here.
        Assert.That(channel.Plan(s_start, s_start + Minutes(61)).Select(e => (e.Kind, e.Title, (e.Start - s_start).TotalMinutes)), Is.EqualTo([
            (EntryKind.Slate, "Test", 0), (EntryKind.Programme, "Programme 0", 20), (EntryKind.Slate, "Test", 45), (EntryKind.Slate, "Test", 60)]));
    }

    [Test]
    public void GetAiring_empty_list_airs_slate_for_ever()
    {
        ChannelSchedule channel = Channel("Asia/Kathmandu", s_start, []);
        // Local time is UTC+05:45, so its half hours are at 15 and 45 minutes past the hour of UTC.
        SchedulePosition airing = channel.At(s_start + Minutes(50));
        Assert.That((airing.Entry.Kind, (airing.Entry.Start - s_start).TotalMinutes, airing.Entry.Duration), Is.EqualTo((EntryKind.Slate, 45, Minutes(30))));
    }

    [Test]
    public void GetBroadcastDay_channel_uses_its_own_zone()
    {
        ChannelSchedule channel = Channel("America/New_York", s_start, [Minutes(1)]);
        Assert.That(new ScheduleBook([channel]).GetBroadcastDay(channel.Channel.Id, Instant.FromUtc(2026, 1, 2, 10, 59)).Date, Is.EqualTo(new LocalDate(2026, 1, 1)));
    }

    [Test]
    public void Requests_that_make_no_sense_throw()
    {
        ChannelSchedule channel = Channel("UTC", s_start, [Minutes(1)]);
        var service = new ScheduleBook([channel]);
        Assert.Multiple(() =>
        {
            Assert.That(() => service.GetPosition(Guid.Empty, s_start), Throws.InstanceOf<KeyNotFoundException>());
            Assert.That(() => service.GetPlan(channel.Channel.Id, s_start, s_start), Throws.ArgumentException);
            Assert.That(() => new ScheduleBook([channel, channel]), Throws.InstanceOf<ScheduleException>());
            Assert.That(() => new ScheduleBook([channel.With(programme => programme with { End = s_start })]), Throws.InstanceOf<ScheduleException>());
            Assert.That(() => new ScheduleBook([Channel("UTC", s_start, [Duration.Zero])]), Throws.InstanceOf<ScheduleException>());
            Assert.That(() => new ScheduleBook([Channel("UTC", s_start, [Duration.FromDays(8)])]), Throws.InstanceOf<ScheduleException>());
            Assert.That(() => new ScheduleBook([Channel("UTC", s_start, Enumerable.Repeat(Duration.FromDays(7), 6000))]), Throws.InstanceOf<ScheduleException>());
            Assert.That(
                () => new ScheduleBook([channel.With(programme => programme with { Items = [channel.Programme.Items[0] with { Duration = null }] })]),
                Throws.InstanceOf<ScheduleException>().With.Message.Contains("'Programme 0'"));
        });
    }

    [Test]
    public void Probed_files_complete_durations_and_unusable_ones_are_left_out()
    {
        ChannelSchedule channel = Channel("UTC", s_start, [Minutes(1), Minutes(2), Minutes(3), Minutes(4)]);
        Programme programme = channel.Programme with
        {
            Items =
            [
                channel.Programme.Items[0] with { Duration = null, Offset = Duration.FromSeconds(10) },
                channel.Programme.Items[1] with { Duration = null },
                channel.Programme.Items[2],
                channel.Programme.Items[3] with { Duration = null, Offset = Duration.FromSeconds(60) },
            ],
        };
        List<string> asked = [];
        Programme probed = programme.Probed(item =>
        {
            asked.Add(item.File!);
            return item.File == "/p1" ? null : Minutes(1);
        });
        Assert.Multiple(() =>
        {
            Assert.That(asked, Is.EqualTo(["/p0", "/p1", "/p3"]));
            Assert.That(probed.Items.Select(item => (item.File, item.Duration)), Is.EqualTo([("/p0", Duration.FromSeconds(50)), ("/p2", (Duration?)Minutes(3))]));
        });
    }
}
