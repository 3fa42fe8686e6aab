using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using NodaTime.TimeZones;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using static RetroVue.Runtime.Tests.Schedules.TestSchedules;

namespace RetroVue.Runtime.Tests.Schedules;

public sealed class GridPackingTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 1, 1, 5, 0);

    [Test]
    public void Packed_short_items_only_stay_back_to_back()
    {
        ChannelSchedule packed = Channel("UTC", s_start, [Minutes(10), Minutes(3)], [Minutes(1)]).PackedToGrid();
        Assert.That(Layout(packed), Is.EqualTo([("/p0", 10), ("/p1", 3)]));
    }

    [Test]
    public void Packed_long_items_start_on_half_hours_and_filler_goes_on_where_it_left_off()
    {
        ChannelSchedule packed = Channel("UTC", s_start, [Minutes(22), Minutes(5), Minutes(52), Minutes(10)], [Minutes(2), Minutes(4)]).PackedToGrid();
        Assert.That(Layout(packed), Is.EqualTo([
            ("/p0", 22), ("/p1", 5), ("/f0", 2), ("/f1", 1),
            ("/p2", 52), ("/p3", 10), ("/f0", 2), ("/f1", 4), ("/f0", 2), ("/f1", 4), ("/f0", 2), ("/f1", 4), ("/f0", 2), ("/f1", 4), ("/f0", 2), ("/f1", 2)]));
        Assert.That(packed.Programme.Items.Select(item => item.Kind).Distinct(), Is.EqualTo([EntryKind.Programme, EntryKind.Filler]));
    }

    [Test]
    public void Packed_no_filler_or_less_than_a_second_left_gives_slate()
    {
        ChannelSchedule without = Channel("UTC", s_start, [Minutes(22)]).PackedToGrid();
        Assert.That(without.Programme.Items[^1], Is.EqualTo(ScheduleItem.Slate("Test", Minutes(8))));

        Duration almost = Minutes(30) - Duration.FromNanoseconds(999_999_999);
        ChannelSchedule sliver = Channel("UTC", s_start, [almost], [Minutes(2)]).PackedToGrid();
        Assert.That(sliver.Programme.Items[^1], Is.EqualTo(ScheduleItem.Slate("Test", Duration.FromNanoseconds(999_999_999))));
    }

    [Test]
    public void Packed_exact_half_hours_need_no_filling()
    {
        ChannelSchedule packed = Channel("UTC", s_start, [Minutes(30), Minutes(60)], [Minutes(2)]).PackedToGrid();
        Assert.That(Layout(packed), Is.EqualTo([("/p0", 30), ("/p1", 60)]));
    }

    [Test]
    public void Packed_start_off_the_grid_moves_back_to_it_on_the_channels_clocks() =>
        // At an offset of UTC+05:45 the start is 10:50 local time. The half hour before that is 10:30.
        Assert.That(
            Channel("Asia/Kathmandu", s_start + Minutes(5), [Minutes(22)]).PackedToGrid().Programme.Start,
            Is.EqualTo(s_start - Minutes(15)));

    [Test]
    public void Packed_unknown_duration_throws()
    {
        ChannelSchedule channel = Channel("UTC", s_start, [Minutes(22)]);
        Assert.That(() => channel.With(programme => programme with { Items = [programme.Items[0] with { Duration = null }] }).PackedToGrid(), Throws.InstanceOf<ScheduleException>());
    }

    [TestCaseSource(typeof(TestSchedules), nameof(Zones))]
    public void Packed_a_year_on_the_air_every_long_item_starts_on_a_local_half_hour(string zone)
    {
        ChannelSchedule packed = Channel(
            zone, Programme.DefaultStart(TimeZones.Get(zone)), [Minutes(22.5), Minutes(5), Minutes(93.3), Minutes(41)], [Minutes(2.1), Minutes(0.4)]).PackedToGrid();
        int found = 0;
        foreach (PlayoutEntry entry in packed.Plan(s_start, s_start + Duration.FromDays(366)))
        {
            if (entry.Duration > GridPacking.LongItem && entry.Kind == EntryKind.Programme)
            {
                found++;
                LocalTime local = entry.Start.InZone(packed.Channel.Zone).TimeOfDay;
                Assert.That(local.NanosecondOfDay % Minutes(30).ToInt64Nanoseconds(), Is.Zero, $"{entry.Start}");
            }
        }

        Assert.That(found, Is.GreaterThan(1000));
    }

    [Test]
    public void Packed_any_list_keeps_its_items_in_order_and_long_ones_on_the_grid() => Prop.ForAll(
        Gen.Choose(100, 6_000_000).Select(milliseconds => Duration.FromMilliseconds(milliseconds)).NonEmptyListOf().ToArbitrary(),
        Gen.Choose(100, 600_000).Select(milliseconds => Duration.FromMilliseconds(milliseconds)).ListOf().ToArbitrary(),
        (items, filler) =>
        {
            ChannelSchedule channel = Channel("UTC", s_start, items, filler);
            ChannelSchedule packed = channel.PackedToGrid();
            Duration at = Duration.Zero;
            foreach (ScheduleItem item in packed.Programme.Items)
            {
                if (item.Kind == EntryKind.Programme && item.Duration > GridPacking.LongItem)
                {
                    Assert.That(at.ToInt64Nanoseconds() % Minutes(30).ToInt64Nanoseconds(), Is.Zero);
                }

                at += item.Duration!.Value;
            }

            Assert.That(packed.Programme.Items.Where(item => item.Kind == EntryKind.Programme), Is.EqualTo(channel.Programme.Items));
            bool hasLong = items.Any(item => item > GridPacking.LongItem);
            Assert.That(!hasLong || at.ToInt64Nanoseconds() % Minutes(30).ToInt64Nanoseconds() == 0, Is.True);
            Assert.That(hasLong || packed.Programme.Items.Length == channel.Programme.Items.Length, Is.True);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Zones_every_change_since_2000_is_a_multiple_of_half_an_hour()
    {
        Instant from = Instant.FromUtc(2000, 1, 1, 6, 0), to = Instant.FromUtc(2040, 1, 1, 0, 0);
        foreach (DateTimeZone zone in DateTimeZoneProviders.Tzdb.Ids.Select(TimeZones.Get))
        {
            ZoneInterval[] intervals = [.. zone.GetZoneIntervals(from, to)];
            foreach (ZoneInterval interval in intervals)
            {
                int change = interval.WallOffset.Seconds - intervals[0].WallOffset.Seconds;
                Assert.That(change % 1800, Is.Zero, $"{zone.Id} {interval}");
            }
        }
    }

    private static IEnumerable<(string?, double)> Layout(ChannelSchedule channel) =>
        channel.Programme.Items.Select(item => (item.File, item.Duration!.Value.TotalMinutes));
}
