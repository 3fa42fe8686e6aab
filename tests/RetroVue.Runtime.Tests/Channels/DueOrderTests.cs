using NodaTime;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The files of a channel are looked at in the order in which they air.</summary>
public sealed class DueOrderTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 1, 1, 0, 0);

    [Test]
    public void Random_lists_with_durations_are_ordered_as_the_schedule_airs_them() => RandomCases.Run(300, random =>
    {
        ScheduleItem[] items = Items(random, "item", random.Next(1, 20)), filler = Items(random, "filler", random.Next(0, 4));
        Instant? end = random.Next(3) == 0 ? s_start + Duration.FromMinutes(random.Next(1, 300)) : null;
        var schedule = new ChannelSchedule(
            new Channel(ChannelId.FromShortName("one"), "one", "One", DateTimeZone.Utc, ChannelProfile.Copy),
            new Programme(s_start, end, true, [.. items], [.. filler]));
        Instant now = s_start + Duration.FromSeconds(random.Next(-20_000, 40_000));
        string[] order = [.. DueOrder.Of(schedule, now).Select(key => key.Path)];
        Assert.That(order, Is.EquivalentTo(items.Concat(filler).Select(item => item.File).OfType<string>().Distinct(StringComparer.Ordinal)), "each once");
        var book = new ScheduleBook([schedule]);
        PlayoutEntry entry = book.GetPosition(schedule.Channel.Id, now).Entry;
        bool isIdle = now < s_start || now >= end;
        string? first = isIdle ? filler.FirstOrDefault(item => item.File is not null)?.File : FirstFrom(entry);
        if (first is not null)
        {
            Assert.That(order[0], Is.EqualTo(first));
        }

        // The first item with a file that airs from now on, however long it takes.
        string? FirstFrom(PlayoutEntry at)
        {
            ScheduleItem airing = items.First(item => item.Title == at.Title);
            return items.SkipWhile(item => item != airing).Concat(items).FirstOrDefault(item => item.File is not null)?.File;
        }
    });

    [Test]
    public void List_with_an_unknown_duration_stays_as_it_is_and_files_of_a_transcoded_channel_with_durations_are_not_wanted()
    {
        ScheduleItem[] items = Items(new Random(1), "item", 5);
        items[3] = items[3] with { File = "/unknown", Duration = null };
        var copy = new ChannelSchedule(
            new Channel(ChannelId.FromShortName("one"), "one", "One", DateTimeZone.Utc, ChannelProfile.Copy), new Programme(s_start, null, true, [.. items], []));
        Instant now = s_start + Duration.FromHours(5);
        Assert.That(DueOrder.Of(copy, now).Select(key => key.Path), Is.EqualTo(items.Select(item => item.File).OfType<string>()));
        ChannelSchedule transcode = copy with { Channel = copy.Channel with { Profile = ChannelProfile.Transcode(320, 180, new Media.Time.Rational(25, 1)) } };
        Assert.That(DueOrder.Of(transcode, now).Select(key => key.Path), Is.EqualTo(new[] { "/unknown" }));
    }

    private static ScheduleItem[] Items(Random random, string name, int count) =>
    [
        .. Enumerable.Range(0, count).Select(index => random.Next(6) == 0
            ? ScheduleItem.Slate($"{name} {index}", Duration.FromSeconds(random.Next(1, 900)))
            : ScheduleItem.Programme($"/{name}/{index}", $"{name} {index}", Duration.FromSeconds(random.Next(1, 900)))),
    ];
}
