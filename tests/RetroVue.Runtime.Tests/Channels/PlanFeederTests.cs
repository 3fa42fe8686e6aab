using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// A plan feeder tells a producer each second what comes. The producer airs what the schedule book says, whatever is published meanwhile.
/// </summary>
public sealed class PlanFeederTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);

    // A publication holds from its instant on if it comes seven seconds before that. If it comes later, it holds from the first time at
    // which the producer can follow; this is at once if the plan does not reach so far. The horizons are so short that the plan is extended
    // all the time.
    [Test]
    public void Any_publications_are_followed() => RandomCases.Run(200, random =>
    {
        ChannelSchedule schedule = TestSchedules.Channel("UTC", s_start, []).With(_ => AnyProgramme(random));
        var book = new ScheduleBook([schedule]);
        Guid channel = schedule.Channel.Id;
        using var log = new RecordedLog();
        var feeder = new PlanFeeder(book, schedule.Channel, Duration.FromSeconds(random.Next(2, 120)), log.CreateLogger("feeder"));
        PlayoutPlan first = feeder.Begin(s_start, s_start);
        var producer = new PlanKeeper(first, first.At(s_start)!.Value);
        // What the book has said of each second, from seven seconds before that second on.
        var right = new Dictionary<int, HashSet<string>>();
        for (int second = 0; second < 120; second++)
        {
            producer.Now = s_start + Duration.FromSeconds(second);
            if (random.Next(8) == 0)
            {
                Instant from = producer.Now + Duration.FromSeconds(random.Next(0, 30));
                book.Publish(channel, AnyProgramme(random), from, random.Next(3) == 0 ? from + Duration.FromSeconds(random.Next(1, 40)) : null);
            }

            for (int ahead = 0; ahead <= 7; ahead++)
            {
                string said = Shown(book.GetPosition(channel, producer.Now + Duration.FromSeconds(ahead)));
                (right.TryGetValue(second + ahead, out HashSet<string>? all) ? all : right[second + ahead] = new(StringComparer.Ordinal)).Add(said);
            }

            Assert.That(feeder.SupplyAsync(producer, producer.Now, CancellationToken.None).IsCompletedSuccessfully, Is.True);
            producer.Advance();
            if (second >= 7)
            {
                Assert.That(right[second], Does.Contain(Shown(new SchedulePosition(producer.OnAir, producer.Now))), $"at {second}");
            }
        }

        Assert.That(log.Lines, Is.Empty);
    });

    // An app's own producer may ask a server what to do. If that request runs into its time limit, the channel's work goes on.
    [Test]
    public async Task Producer_that_cancels_by_itself_gets_the_plan_at_the_next_call()
    {
        ChannelSchedule schedule = TestSchedules.Channel("UTC", s_start, [Duration.FromSeconds(10)]);
        using var log = new RecordedLog();
        var feeder = new PlanFeeder(new ScheduleBook([schedule]), schedule.Channel, Duration.FromSeconds(60), log.CreateLogger("feeder"));
        PlayoutPlan first = feeder.Begin(s_start, s_start);
        var producer = new PlanKeeper(first, first.At(s_start)!.Value) { Refuses = new TaskCanceledException("The server took too long.") };
        await feeder.SupplyAsync(producer, s_start + Duration.FromSeconds(40), CancellationToken.None);
        Assert.That(log.Lines, Has.Count.EqualTo(1).And.All.StartsWith("1106"));
        producer.Refuses = null;
        await feeder.SupplyAsync(producer, s_start + Duration.FromSeconds(41), CancellationToken.None);
        Assert.That(producer.Added, Is.GreaterThan(0));
        Assert.That(log.Lines, Has.Count.EqualTo(1));
    }

    private static string Shown(SchedulePosition airing) => $"{airing.Entry.File ?? "slate"}@{(airing.Entry.File is null ? "" : airing.Position.TotalSeconds)}";

    private static Programme AnyProgramme(Random random) => TestSchedules.Channel(
        "UTC", s_start - Duration.FromSeconds(random.Next(0, 300)), [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Duration.FromSeconds(random.Next(3, 60)))]).Programme;

    /// <summary>
    /// A producer that airs nothing: it keeps its plan, and takes an entry five seconds before its time, as the normal producer does.
    /// </summary>
    private sealed class PlanKeeper(PlayoutPlan plan, SchedulePosition first) : IProducer
    {
        private readonly PlannedEntries _plan = new(plan, first, new SimulatedExecutor());

        public Instant Now { get; set; }

        public PlayoutEntry OnAir => _plan.OnAir;

        public string Id => "keeper";

        public ProducerState State => ProducerState.Running;

        public ProducerHealth Health => ProducerHealth.Running;

        public Uri StreamEndpoint { get; } = new("/test", UriKind.Relative);

        public Task Completion => Task.CompletedTask;

        public ClockTime PrepareLead => ClockTime.FromSeconds(5);

        public void Advance()
        {
            while (_plan.OnAir.End <= Now)
            {
                _ = _plan.Prepared ?? _plan.TryTake(Now);
                _plan.GoOn();
            }

            _ = _plan.Prepared ?? _plan.TryTake(Now + PrepareLead.ToDuration());
        }

        public bool ReplacePlan(PlayoutPlan plan, Instant from) => from >= Now + PrepareLead.ToDuration() && _plan.TryReplace(plan, from, Duration.Zero);

        public Exception? Refuses { get; set; }

        public int Added { get; private set; }

        public Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default)
        {
            if (Refuses is not null)
            {
                return Task.FromException(Refuses);
            }

            Added++;
            _plan.Add(entry);
            return Task.CompletedTask;
        }

        public Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StopAsync() => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
