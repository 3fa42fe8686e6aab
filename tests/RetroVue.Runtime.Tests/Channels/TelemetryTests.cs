using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels.TakingTurns;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// Each instrument of docs/telemetry.md changes when it should, and keeps no object alive. The tests of failures and stalls also check the
/// instruments of these.
/// </summary>
[NonParallelizable]
public sealed class TelemetryTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);
    private static readonly ChannelOptions s_options = new() { Linger = ClockTime.Zero };

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Joins_viewers_and_the_time_to_the_first_one_are_measured()
    {
        // The first producer gets ready after a second and a half.
        var normal = new ScriptedProducers(ChannelMode.Normal)
        {
            Ready = (_, context) => context.Executor.WaitUntilAsync(
                context.Output.Line.Station, context.Output.Line.Station.Now + ClockTime.FromMilliseconds(1500), CancellationToken.None),
        };
        using SimulatedChannel channel = await CreateAsync(normal);
        using var measured = new Measurements(channel.Meters);
        Assert.That(measured.Look("retrovue.channel.on_air", "channel=test"), Is.EqualTo(new[] { 0.0 }));
        channel.Join();
        ViewerSession second = channel.Complete(() => channel.Manager.JoinAsync(new JoinRequest("second")));
        Assert.That(measured.Sum("retrovue.channel.joins", "channel=test kind=start"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.joins", "channel=test kind=running"), Is.EqualTo(1));
        Assert.That(measured.Of("retrovue.channel.zap.duration", "channel=test kind=start"), Is.EqualTo(new[] { 1.5 }).Within(1e-6));
        Assert.That(measured.Of("retrovue.channel.zap.duration", "channel=test kind=running"), Is.EqualTo(new[] { 0.0 }));
        Assert.That(measured.Look("retrovue.channel.on_air", "channel=test"), Is.EqualTo(new[] { 1.0 }));
        Assert.That(measured.Look("retrovue.channel.viewers", "channel=test"), Is.EqualTo(new[] { 2.0 }));
        channel.Complete(() => second.DisposeAsync().AsTask());
        channel.Leave();
        Assert.That(measured.Look("retrovue.channel.on_air"), Is.EqualTo(new[] { 0.0 }));
        Assert.That(measured.Look("retrovue.channel.viewers"), Is.EqualTo(new[] { 0.0 }));
        channel.Complete(() => channel.Manager.DisposeAsync().AsTask());
        Assert.That(measured.Look("retrovue.channel.on_air"), Is.Empty, "The channel was disposed of.");
    }

    [Test]
    public async Task Joins_that_fail_are_counted_by_their_reason()
    {
        var normal = new ScriptedProducers(ChannelMode.Normal)
        {
            Ready = (number, context) => number == 0
                ? Task.FromException(new InvalidOperationException("There is none."))
                : context.Executor.WaitUntilAsync(context.Output.Line.Station, context.Output.Line.Station.Now + ClockTime.FromSeconds(2), CancellationToken.None),
        };
        using SimulatedChannel channel = await CreateAsync(normal);
        using var measured = new Measurements(channel.Meters);
        Assert.That(() => channel.Join(), Throws.InstanceOf<StationException>());
        using var gone = new CancellationTokenSource();
        Task<ViewerSession>? joining = null;
        channel.Do(() => joining = channel.Manager.JoinAsync(new JoinRequest("test"), gone.Token));
        channel.Do(gone.Cancel);
        Assert.That(joining!.IsCanceled, Is.True);
        Assert.That(measured.Sum("retrovue.channel.join.failures", "channel=test reason=failed"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.join.failures", "channel=test reason=cancelled"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.joins"), Is.Zero);
        channel.Executor.RunFor(ClockTime.FromSeconds(3));
    }

    [Test]
    public async Task Slates_are_counted_by_what_they_stand_for()
    {
        string film = await TestFiles.MakeAsync(s_rate, 25 * 10);
        using var channel = new SimulatedChannel(
            s_start,
            ChannelProfile.Copy,
            [(film, Duration.FromSeconds(20)), (film + ".missing", Duration.FromSeconds(10)), (film, Duration.FromSeconds(10))],
            s_options);
        using var measured = new Measurements(channel.Meters);
        channel.Join();
        channel.Watch(Duration.FromSeconds(35));
        Assert.That(measured.Sum("retrovue.channel.slates", "channel=test reason=ended-early"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.slates", "channel=test reason=unopened"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.slates"), Is.EqualTo(2));
    }

    [Test]
    public async Task Clock_shows_how_far_it_is_off()
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(5000));
        Duration step = Duration.Zero;
        var clock = new MasterClock(executor.Clock, () => s_start + (executor.Clock.Now - ClockTime.FromSeconds(5000)).ToDuration() + step);
        using var meters = new TestMeters();
        await using var station = new Station(
            clock, executor, new ScheduleBook([]), new Dictionary<Guid, ChannelKind>(), s_options, NullLoggerFactory.Instance, meterFactory: meters);
        using var measured = new Measurements(meters);
        Assert.That(measured.Look("retrovue.clock.offset"), Is.EqualTo(new[] { 0.0 }).Within(1e-6));
        step = Duration.FromSeconds(-2);
        executor.RunFor(ClockTime.FromSeconds(30));
        Assert.That(measured.Look("retrovue.clock.offset"), Is.EqualTo(new[] { 2.0 }).Within(1e-6), "ahead of civil time");
        Assert.That(measured.Look("retrovue.clock.uncertainty"), Is.EqualTo(new[] { 2.0 }).Within(0.001));
    }

    [Test]
    public async Task Join_start_swap_and_publication_are_traced()
    {
        List<Activity> activities = [];
        using var traced = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "RetroVue.Runtime",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(traced);
        var normal = new ScriptedProducers(ChannelMode.Normal);
        using SimulatedChannel channel = await CreateAsync(normal);
        channel.Join();
        channel.Do(() => normal.Made[0].Fail("It has burnt out."));
        channel.Watch(Duration.FromSeconds(10));
        channel.Schedules.Publish(channel.Manager.Channel.Id, new Programme(s_start, null, true, [ScheduleItem.Programme("other.mp4", "Other", Duration.FromSeconds(60))], []), s_start + Duration.FromHours(1));
        channel.Leave();
        Assert.That(activities.Select(activity => activity.OperationName), Is.EqualTo(new[]
        {
            "retrovue.channel.start", "retrovue.channel.join", "retrovue.channel.swap", "retrovue.schedule.publish",
        }));
        Assert.That(activities[0].ParentId, Is.EqualTo(activities[1].Id));
        Assert.That(activities.SelectMany(activity => activity.Tags).Select(tag => (tag.Key, tag.Value)), Has.All.EqualTo(("channel", "test")));
    }

    // The viewer who puts a channel on the air leaves at some time, but the channel, its next items and its recoveries go on.
    [Test]
    public async Task Work_of_a_channel_on_the_air_is_not_part_of_the_first_viewers_trace()
    {
        List<Activity> activities = [];
        using var traced = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "RetroVue.Runtime" or "RetroVue.Media",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(traced);
        var normal = new ScriptedProducers(ChannelMode.Normal);
        using SimulatedChannel channel = await CreateAsync(normal);
        using (Activity request = new Activity("request").Start())
        {
            channel.Join();
            Assert.That(activities[^1].OperationName, Is.EqualTo("retrovue.channel.join"));
            Assert.That(activities[^1].ParentId, Is.EqualTo(request.Id));
        }

        int before = activities.Count;
        // The film ends and begins again, its producer fails, and another producer takes over.
        channel.Watch(Duration.FromSeconds(65));
        channel.Do(() => normal.Made[0].Fail("It has burnt out."));
        channel.Watch(Duration.FromSeconds(10));
        channel.Leave();
        Activity[] later = [.. activities.Skip(before)];
        Assert.That(later.Select(activity => activity.OperationName), Does.Contain("retrovue.pipeline.start").And.Contain("retrovue.channel.swap"));
        Assert.That(later.Select(activity => activity.ParentId), Has.All.Null);
    }

    [Test]
    public async Task Channel_that_nobody_disposes_of_is_not_kept_to_be_measured()
    {
        string film = await TestFiles.MakeAsync(s_rate, 25 * 10);
        using var meters = new TestMeters();
        WeakReference abandoned = Abandon(film, meters);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(abandoned.IsAlive, Is.False);
        using var measured = new Measurements(meters);
        Assert.That(measured.Look("retrovue.channel.on_air"), Is.Empty);
    }

    [Test]
    public void Measuring_allocates_nothing_whether_or_not_somebody_listens([Values] bool listens)
    {
        using var meters = new TestMeters();
        var telemetry = new ChannelTelemetry(RuntimeTelemetry.Of(meters), "test");
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (listens && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        Measure(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Measure(1000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Measure(int times)
        {
            for (int i = 0; i < times; i++)
            {
                telemetry.Joined(hasStarted: true, ClockTime.FromMilliseconds(1));
                telemetry.Late(3, isOfFile: false);
                telemetry.Swapped();
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Abandon(string film, TestMeters meters)
    {
        using var channel = new SimulatedChannel(s_start, ChannelProfile.Copy, [(film, Duration.FromSeconds(10))]);
        var abandoned = new ChannelManager(
            channel.Manager.Channel, new TranscodedChannel(new TranscodeProfile(128, 96, s_rate)), channel.Schedules, channel.Clock, channel.Executor, s_options, NullLoggerFactory.Instance, meterFactory: meters);
        Assert.That(abandoned.ViewerCount, Is.Zero);
        return new WeakReference(abandoned);
    }

    private static async Task<SimulatedChannel> CreateAsync(ScriptedProducers normal) => new(
        s_start, ChannelProfile.Copy, [(await TestFiles.MakeAsync(s_rate, 25 * 60), Duration.FromSeconds(60))], s_options, producers: [normal]);
}
