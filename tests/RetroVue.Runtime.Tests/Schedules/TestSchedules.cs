using System.Collections.Immutable;
using NodaTime;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Schedules;

/// <summary>Channels for tests.</summary>
internal static class TestSchedules
{
    public static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

    public static ChannelSchedule Channel(string zone, Instant start, IEnumerable<Duration> items, IEnumerable<Duration>? filler = null) => new(
        new Channel(ChannelId.FromShortName("test"), "test", "Test", TimeZones.Get(zone), ChannelProfile.Copy),
        new Programme(
            start,
            null,
            true,
            [.. items.Select((duration, i) => ScheduleItem.Programme($"/p{i}", $"Programme {i}", duration))],
            [.. (filler ?? []).Select((duration, i) => ScheduleItem.Filler($"/f{i}", $"Filler {i}", duration))]));

    /// <summary>Returns the channel with another programme.</summary>
    public static ChannelSchedule With(this ChannelSchedule schedule, Func<Programme, Programme> change) => schedule with { Programme = change(schedule.Programme) };

    public static SchedulePosition At(this ChannelSchedule channel, Instant at) => new ScheduleBook([channel]).GetPosition(channel.Channel.Id, at);

    public static ImmutableArray<PlayoutEntry> Plan(this ChannelSchedule channel, Instant from, Instant to) =>
        new ScheduleBook([channel]).GetPlan(channel.Channel.Id, from, to).Entries;

    public static Duration Minutes(double minutes) => Duration.FromMinutes(minutes);
}
