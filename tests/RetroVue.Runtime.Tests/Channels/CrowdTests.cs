using System.Collections.Immutable;
using NodaTime;
using RetroVue.Media.Blocking;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Many viewers at once, on threads.</summary>
public sealed class CrowdTests
{
    /// <summary>The limit is generous: the test looks for a hang, and the machine may be busy.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
        Assert.That(FFmpegHandles.Live, Is.Zero);
    }

    [Test]
    public async Task Random_visits_from_many_threads_lose_no_session_and_the_channels_go_off_the_air([Values(0, 50)] int lingerMilliseconds)
    {
        const int viewers = 8, visits = 25;
        LiveStation live = await LiveStation.CreateAsync(ClockTime.FromMilliseconds(lingerMilliseconds));
        await using (live)
        {
            Task<long>[] crowd = [.. Enumerable.Range(0, viewers).Select(seed => Task.Run(() => VisitAllAsync(live, new Random(seed))))];
            await Watchdog.WithinAsync(Task.WhenAll(crowd), s_limit);
            Assert.That(crowd.Sum(task => task.Result), Is.GreaterThan(0));
            foreach (ChannelManager channel in live.Station.Channels)
            {
                Assert.That(channel.ViewerCount, Is.Zero, channel.Channel.Name);
            }

            await Watchdog.WithinAsync(OffTheAirAsync(live), s_limit);
        }

        async Task<long> VisitAllAsync(LiveStation station, Random random)
        {
            long bytes = 0;
            for (int i = 0; i < visits; i++)
            {
                ChannelManager channel = station.Station.Channels[random.Next(station.Station.Channels.Length)];
                bytes += await station.VisitAsync(channel, random.Next(3) == 0, ClockTime.FromMilliseconds(random.Next(120)));
            }

            return bytes;
        }
    }

    [Test]
    public async Task Viewers_who_join_at_the_same_time_start_the_channel_once()
    {
        LiveStation live = await LiveStation.CreateAsync(ClockTime.Zero);
        await using (live)
        {
            ChannelManager channel = live.Station.Channels[0];
            ViewerSession[] sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => channel.JoinAsync(new JoinRequest("one of many")))));
            Assert.That(sessions.Select(session => session.Output).Distinct().Count(), Is.EqualTo(1));
            Assert.That(channel.ViewerCount, Is.EqualTo(20));
            await Task.WhenAll(sessions.Concat(sessions).Select(session => Task.Run(() => session.DisposeAsync().AsTask())));
            Assert.That(channel.ViewerCount, Is.Zero);
            Assert.That(channel.Output, Is.Null);
        }
    }

    [Test]
    public async Task Join_during_the_linger_finds_the_channel_on_the_air_and_the_next_linger_ends_it()
    {
        var channel = new SimulatedChannel(
            Instant.FromUtc(2026, 3, 29, 0, 0), ChannelProfile.Copy, [(await TestFiles.MakeAsync(new Rational(25, 1), 12 * 25), Duration.FromSeconds(12))]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(2));
        ChannelOutput first = channel.Manager.Output!;
        channel.Leave();
        channel.Watch(Duration.FromSeconds(9.9));
        channel.Join();
        Assert.That(channel.Manager.Output, Is.SameAs(first));
        channel.Watch(Duration.FromSeconds(30));
        Assert.That(channel.Manager.Output, Is.SameAs(first), "The cancelled linger must not end the output.");
        channel.Leave();
        channel.Watch(Duration.FromSeconds(9.9));
        Assert.That(channel.Manager.Output, Is.SameAs(first));
        channel.Watch(Duration.FromSeconds(0.2));
        Assert.That(channel.Manager.Output, Is.Null);
        channel.Dispose();
    }

    [Test]
    public async Task Start_that_fails_counts_nobody_and_the_next_viewer_starts_the_channel()
    {
        string file = await TestFiles.MakeAsync(new Rational(25, 1), 12 * 25);
        var faulty = new FaultySchedules();
        var channel = new SimulatedChannel(
            Instant.FromUtc(2026, 3, 29, 0, 0), ChannelProfile.Copy, [(file, Duration.FromSeconds(12))], schedules: faulty.Around);
        faulty.Fails = true;
        Assert.That(() => channel.Join(), Throws.TypeOf<ScheduleException>());
        Assert.That(channel.Manager.ViewerCount, Is.Zero);
        Assert.That(channel.Manager.Output, Is.Null);
        Assert.That(channel.Manager.ProducerState, Is.EqualTo(ProducerState.Error), "the state shows the failed start until the next one");
        faulty.Fails = false;
        channel.Join();
        channel.Watch(Duration.FromSeconds(1));
        Assert.That(channel.Manager.ViewerCount, Is.EqualTo(1));
        Assert.That(channel.Received, Is.Not.Empty);
        channel.Dispose();
    }

    [Test]
    public async Task Schedule_that_fails_on_the_air_is_asked_again_and_the_channel_can_go_off_the_air()
    {
        string file = await TestFiles.MakeAsync(new Rational(25, 1), 12 * 25);
        var faulty = new FaultySchedules();
        using var log = new RecordedLog();
        var channel = new SimulatedChannel(
            Instant.FromUtc(2026, 3, 29, 0, 0),
            ChannelProfile.Copy,
            [(file, Duration.FromSeconds(12))],
            new ChannelOptions { Linger = ClockTime.Zero, Horizon = Duration.FromSeconds(60) },
            log,
            faulty.Around);
        channel.Join();
        faulty.Fails = true;
        channel.Watch(Duration.FromSeconds(35));
        Assert.That(log.Lines, Has.Some.Contains("the plan could not be extended"));
        faulty.Fails = false;
        channel.Watch(Duration.FromSeconds(60));
        channel.Forget();
        channel.Watch(Duration.FromSeconds(2));
        Assert.That(channel.Received, Has.Length.GreaterThan(5_000), "The channel airs entries that come after its first plan.");
        faulty.Fails = true;
        channel.Watch(Duration.FromSeconds(40));
        channel.Leave();
        Assert.That(channel.Manager.Output, Is.Null);
        channel.Dispose();
    }

    private static async Task OffTheAirAsync(LiveStation live)
    {
        while (live.Station.Channels.Any(channel => channel.Output is not null))
        {
            await live.WaitAsync(ClockTime.FromMilliseconds(20));
        }
    }

    private sealed class FaultySchedules
    {
        public bool Fails { get; set; }

        public IScheduleService Around(IScheduleService inner) => new Service(this, inner);

        private sealed class Service(FaultySchedules owner, IScheduleService inner) : IScheduleService
        {
            public ImmutableArray<Channel> Channels => inner.Channels;

            public long GetGeneration(Guid channel) => inner.GetGeneration(channel);

            public BroadcastDay GetBroadcastDay(Guid channel, Instant at) => inner.GetBroadcastDay(channel, at);

            public SchedulePosition GetPosition(Guid channel, Instant at) => inner.GetPosition(channel, at);

            public PlayoutPlan GetPlan(Guid channel, Instant from, Instant to) =>
                owner.Fails ? throw new ScheduleException("The guide does not answer.") : inner.GetPlan(channel, from, to);
        }
    }
}
