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
        ChannelId.FromShortName("test"),
        "test",
        "Test",
        TimeZones.Get(zone),
        ChannelProfile.Copy,
        start,
        null,
        true,
        [.. items.Select((duration, i) => ScheduleItem.Programme($"/p{i}", $"Programme {i}", duration))],
        [.. (filler ?? []).Select((duration, i) => ScheduleItem.Filler($"/f{i}", $"Filler {i}", duration))]);

    public static Airing At(this ChannelSchedule channel, Instant at) => new ScheduleService([channel]).GetAiring(channel.Id, at);

    public static ImmutableArray<PlayoutEntry> Plan(this ChannelSchedule channel, Instant from, Instant to) =>
        new ScheduleService([channel]).GetPlan(channel.Id, from, to).Entries;

    public static Duration Minutes(double minutes) => Duration.FromMinutes(minutes);
}
