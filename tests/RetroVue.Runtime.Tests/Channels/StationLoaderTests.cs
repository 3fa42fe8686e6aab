using NodaTime;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Channels;

public sealed class StationLoaderTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [Test]
    public async Task File_that_was_cut_off_lasts_as_long_as_it_can_be_read([Values] ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(new Rational(25, 1), 12 * 25);
        using var log = new RecordedLog();
        PlayoutPlan plan = await PlanAsync(mode, log, BadFiles.Truncated(good), good);
        // Half of the bytes behind an index: about half of its twelve seconds.
        Assert.That((plan.Entries[0].End - plan.Entries[0].Start).TotalSeconds, Is.EqualTo(6).Within(1.5));
        Assert.That(plan.Entries[1].File, Is.EqualTo(good));
        Assert.That(log.Lines, Is.Empty);
    }

    [Test]
    public async Task File_nothing_of_which_can_be_read_is_left_out_with_the_reason([Values] ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(new Rational(25, 1), 12 * 25);
        string bad = BadFiles.Make("header-only", good);
        using var log = new RecordedLog();
        PlayoutPlan plan = await PlanAsync(mode, log, bad, good);
        Assert.That(plan.Entries.Select(entry => entry.File), Is.All.EqualTo(good));
        Assert.That(log.Lines.Single(), Does.Contain(bad).And.Contains("cut off"));
    }

    private static async Task<PlayoutPlan> PlanAsync(ProfileMode mode, RecordedLog log, params string[] files)
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(5000));
        var loader = new StationLoader(new MasterClock(executor.Clock, s_start), executor, new ChannelOptions(), log);
        var schedule = new ChannelSchedule(
            ChannelId.FromShortName("test"),
            "test",
            "Test",
            DateTimeZone.Utc,
            mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, new Rational(25, 1)),
            s_start,
            null,
            true,
            [.. files.Select(file => new ScheduleItem(SegmentKind.Programme, file, Path.GetFileName(file), Duration.Zero, null))],
            []);
        await using Station station = await loader.LoadAsync([schedule]);
        return station.Schedules.GetPlan(schedule.Id, s_start, s_start + Duration.FromSeconds(30));
    }
}
