using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;
using RetroVue.Runtime.Tests.Events.Spool;

namespace RetroVue.Runtime.Tests.Journal;

/// <summary>What happens on a channel stands in the log of events, in order, and nobody waits for the log.</summary>
public sealed class StationJournalTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Viewers_and_runs_stand_in_the_log_at_their_station_times()
    {
        var store = new InMemoryEventStore();
        StationJournal? journal = null;
        Guid run;
        string session;
        using (SimulatedChannel channel = Make(store.Log, made => journal = made))
        {
            channel.Join(new JoinRequest("mpv\0"));
            run = channel.Session!.Output.Run;
            session = channel.Session.Id;
            channel.Watch(Duration.FromSeconds(3));
            channel.Leave();
        }

        await journal!.DisposeAsync();
        List<EventEnvelope> events = [.. (await store.Log.ReadFromAsync(-1)).Select(logged => logged.Event)];
        Assert.That(events.Select(envelope => envelope.Type), Is.EqualTo(new[] { StationEvents.ChannelOnAir, StationEvents.ViewerJoined, StationEvents.ViewerLeft, StationEvents.ChannelOffAir }));
        Guid id = Guid.Parse("7e57ab1e-0000-4000-8000-000000000001");
        Assert.That(events.Select(envelope => envelope.CorrelationId), Is.All.EqualTo(id.ToString()));
        ChannelOnAir onAir = events[0].ReadPayload(StationPayloads.ChannelOnAir)!;
        Assert.That(onAir, Is.EqualTo(new ChannelOnAir(id, run, "journal")));
        Assert.That(events[0].RunId, Is.EqualTo(run.ToString()));
        ViewerJoined joined = events[1].ReadPayload(StationPayloads.ViewerJoined)!;
        Assert.That(joined.Client, Is.EqualTo("mpv\uFFFD"), "no database keeps the character NUL");
        Assert.That(joined.Session.ToString("N"), Does.Not.Contain(session[..8]), "the session's own id stays secret");
        ViewerLeft left = events[2].ReadPayload(StationPayloads.ViewerLeft)!;
        Assert.That(left.Session, Is.EqualTo(joined.Session));
        Assert.That(events[1].Time, Is.EqualTo(s_start));
        Assert.That(events[2].Time, Is.EqualTo(s_start + Duration.FromSeconds(3)));
        Assert.That(events[3].ReadPayload(StationPayloads.ChannelOffAir), Is.EqualTo(new ChannelOffAir(id, run, null)));
    }

    [Test]
    public async Task Log_that_is_away_delays_nobody_and_gets_the_events_later()
    {
        var log = new ScriptedLog();
        log.GoAway();
        StationJournal? journal = null;
        using (SimulatedChannel channel = Make(log, made => journal = made))
        {
            channel.Join();
            channel.Leave();
            Assert.That(channel.Manager.ViewerCount, Is.Zero);
        }

        await Until.TrueAsync(() => log.Calls.Length > 0);
        Assert.That(log.Written, Is.Empty);
        log.Work();
        await Until.TrueAsync(() => log.Written.Length == 4);
        await journal!.DisposeAsync();
    }

    [Test]
    public async Task Events_that_find_no_room_are_counted_and_said()
    {
        var log = new ScriptedLog();
        log.GoAway();
        using var lines = new RecordedLog();
        var journal = new StationJournal(log, new NodaTime.Testing.FakeClock(s_start), lines);
        // One batch of at most 500 is on its way, and 10,000 wait.
        for (int i = 0; i < 10_500 + 64; i++)
        {
            journal.OffAir(Guid.NewGuid(), Guid.NewGuid(), null);
        }

        Assert.That(lines.Lines, Has.Some.StartsWith("1206: 64 events"));
        await journal.DisposeAsync();
        Assert.That(lines.Lines, Has.Some.StartsWith("1207: "), "the log was away at the end");
    }

    private static SimulatedChannel Make(IEventLog log, Action<StationJournal> made) => new(
        s_start,
        ChannelProfile.Copy,
        [
            ScheduleItem.Programme(
                MadeMedia.Make(
                    "session.mp4",
                    "-f lavfi -i testsrc=size=320x180:rate=25:duration=40 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=40 "
                    + "-c:v libx264 -preset ultrafast -bf 2 -g 50 -pix_fmt yuv420p -c:a aac -ac 2 -shortest"),
                "journal",
                Duration.FromSeconds(40)),
        ],
        new ChannelOptions { Linger = ClockTime.Zero },
        journal: clock =>
        {
            var journal = new StationJournal(log, clock, NullLoggerFactory.Instance);
            made(journal);
            return journal;
        });
}
