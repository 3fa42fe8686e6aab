using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>
/// A channel that has failed tries to recover by itself: after longer and longer pauses, a few times, and only while it has viewers.
/// </summary>
public sealed class RecoveryTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Pauses_double_from_a_second_to_thirty_and_there_are_five()
    {
        var recovery = new RecoveryPauses(new ChannelOptions());
        Assert.That(Pauses(recovery, 6), Is.EqualTo(new[] { 1.0, 2, 4, 8, 16, double.NaN }));
        Assert.That(Pauses(new RecoveryPauses(new ChannelOptions { RecoveryAttempts = 7 }), 8), Is.EqualTo(new[] { 1.0, 2, 4, 8, 16, 30, 30, double.NaN }));
        Assert.That(Pauses(recovery, 1), Is.EqualTo(new[] { 1.0 }), "After all attempts, a request begins anew.");
    }

    [TestCase(29.9, 4.0)]
    [TestCase(30, 1.0)]
    public void Channel_counts_as_recovered_after_thirty_seconds(double onTheAir, double pause)
    {
        var recovery = new RecoveryPauses(new ChannelOptions());
        _ = Pauses(recovery, 2);
        recovery.Succeed(ClockTime.FromSeconds(100));
        recovery.Fail(ClockTime.FromSeconds(100) + ClockTime.FromMilliseconds((long)(onTheAir * 1000)));
        Assert.That(Pauses(recovery, 1), Is.EqualTo(new[] { pause }));
    }

    [Test]
    public async Task Producer_that_fails_is_replaced_and_the_stream_goes_on([Values] ProfileMode mode)
    {
        using var log = new RecordedLog();
        var normal = new ScriptedProducers(ChannelMode.Normal);
        NumberedChannel watched = await WatchAsync(mode, log, normal, new ChannelOptions());
        ChannelOutput output = watched.Channel.Manager.Output!;
        using var measured = new Measurements(watched.Channel.Meters);
        watched.Channel.Do(() => normal.Made[0].Fail("It has burnt out."));
        Assert.That(watched.Channel.Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Failed));
        Assert.That(watched.Channel.Manager.HealthReason, Is.EqualTo("It has burnt out."));
        watched.Watch(20);
        Assert.That(watched.Channel.Manager.Output, Is.SameAs(output));
        Assert.That(watched.Channel.Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Running));
        Assert.That(normal.Made.Select(producer => producer.IsDisposed), Is.EqualTo(new[] { true, false }));
        await watched.EndAsync();
        // One second passes until the attempt, 1.5 s for the lead of a swap and its margin, and up to two seconds until a copied channel's
        // next key frame.
        watched.AssertNumbers(5 + 1 + 1.5 + 2.1, 19, 0);
        Assert.That(measured.Sum("retrovue.channel.failures", "channel=test kind=producer"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.swaps", "channel=test"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.recoveries", "channel=test kind=recovered"), Is.EqualTo(1));
        Assert.That(log.Lines.Select(line => line[..4]), Is.EqualTo(new[] { "1140" }));
    }

    [Test]
    public async Task Output_that_fails_gives_way_to_another_one_with_its_viewers()
    {
        using var log = new RecordedLog();
        var normal = new ScriptedProducers(ChannelMode.Normal);
        NumberedChannel watched = await WatchAsync(ProfileMode.Copy, log, normal, new ChannelOptions());
        ChannelManager manager = watched.Channel.Manager;
        ChannelOutput failed = manager.Output!;
        using var measured = new Measurements(watched.Channel.Meters);
        watched.Channel.Do(() => failed.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        Assert.That((manager.Output, manager.ProducerState, manager.HealthReason), Is.EqualTo(((ChannelOutput?)null, ProducerState.Error, "The encoder is out of paper.")));
        watched.Channel.Executor.RunFor(ClockTime.FromMilliseconds(990));
        Assert.That(manager.Output, Is.Null);
        watched.Channel.Executor.RunFor(ClockTime.FromMilliseconds(100));
        Assert.That(manager.Output, Is.Not.Null.And.Not.SameAs(failed));
        Assert.That(watched.Channel.Session!.Output, Is.SameAs(manager.Output));
        Assert.That((manager.ViewerCount, manager.HealthReason), Is.EqualTo((1, (string?)null)));
        Assert.That(measured.Sum("retrovue.channel.failures", "channel=test kind=output"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.channel.recoveries"), Is.EqualTo(1));
        watched.Channel.Dispose();
        Assert.That(log.Lines.Select(line => line[..4]), Is.EqualTo(new[] { "1105" }));
    }

    [Test]
    public async Task Producers_that_fail_each_time_are_tried_five_times_and_given_up_and_who_asks_starts_it_again()
    {
        using var log = new RecordedLog();
        var times = new List<double>();
        SimulatedChannel? channel = null;
        bool isBroken = true;
        var normal = new ScriptedProducers(ChannelMode.Normal)
        {
            Ready = (number, _) =>
            {
                times.Add(number == 0 ? 0 : (channel!.Clock.UtcNow - s_start).TotalSeconds - 5);
                return number == 0 || !isBroken ? Task.CompletedTask : Task.FromException(new InvalidOperationException("There is none."));
            },
        };
        NumberedChannel watched = await WatchAsync(ProfileMode.Copy, log, normal, new ChannelOptions { Linger = ClockTime.Zero }, made => channel = made);
        ChannelManager manager = channel!.Manager;
        using var measured = new Measurements(channel.Meters);
        watched.Channel.Do(() => normal.Made[0].Fail("It has burnt out."));
        watched.Watch(5 + 30);
        Assert.That(manager.Output, Is.Not.Null, "After four attempts, one is to come.");
        watched.Watch(5 + 32);
        Assert.That(times.Skip(1), Is.EqualTo(new[] { 1.0, 3, 7, 15, 31 }).Within(0.05));
        Assert.That((manager.Output, manager.ProducerState, manager.HealthReason), Is.EqualTo(((ChannelOutput?)null, ProducerState.Error, "It has burnt out.")));
        Assert.That(log.Lines.Select(line => line[..4]), Is.EqualTo(new[] { "1140", "1141", "1141", "1141", "1141", "1141", "1143" }));
        watched.Watch(120);
        Assert.That(times, Has.Count.EqualTo(6), "A channel that was given up must not try again.");
        Assert.That(measured.Sum("retrovue.channel.recoveries", "channel=test kind=failed"), Is.EqualTo(5));
        isBroken = false;
        channel.Join();
        Assert.That(manager.ProducerHealth, Is.EqualTo(ProducerHealth.Running));
        channel.Dispose();
    }

    [Test]
    public async Task Nothing_is_tried_while_nobody_watches_and_who_comes_back_gets_pictures()
    {
        using var log = new RecordedLog();
        var normal = new ScriptedProducers(ChannelMode.Normal);
        NumberedChannel watched = await WatchAsync(ProfileMode.Copy, log, normal, new ChannelOptions { Linger = ClockTime.FromSeconds(60) });
        watched.Channel.Do(() => normal.Made[0].Fail("It has burnt out."));
        watched.Channel.Leave();
        watched.Channel.Executor.RunFor(ClockTime.FromSeconds(30));
        Assert.That(normal.Made, Has.Count.EqualTo(1));
        watched.Channel.Join();
        watched.Watch(5 + 20);
        Assert.That(normal.Made, Has.Count.EqualTo(2));
        Assert.That(watched.Channel.Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Running));
        watched.Channel.Dispose();
    }

    [Test]
    public async Task Channel_off_the_air_whose_last_viewer_has_left_stays_there()
    {
        using var log = new RecordedLog();
        var normal = new ScriptedProducers(ChannelMode.Normal);
        NumberedChannel watched = await WatchAsync(ProfileMode.Copy, log, normal, new ChannelOptions());
        watched.Channel.Do(() => watched.Channel.Manager.Output!.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        watched.Channel.Leave();
        watched.Channel.Executor.RunFor(ClockTime.FromSeconds(60));
        Assert.That((watched.Channel.Manager.Output, normal.Made.Count), Is.EqualTo(((ChannelOutput?)null, 1)));
        watched.Channel.Dispose();
    }

    [Test]
    public async Task Emergency_that_waits_is_not_pushed_aside_by_a_recovery()
    {
        using var log = new RecordedLog();
        ScriptedProducers normal = new(ChannelMode.Normal), emergency = new(ChannelMode.Emergency);
        string message = await TestFiles.MakeAsync(s_rate, 25 * 30);
        NumberedChannel watched = await WatchAsync(ProfileMode.Transcode, log, normal, new ChannelOptions(), other: emergency);
        SimulatedChannel channel = watched.Channel;
        Instant at = s_start + Duration.FromSeconds(8);
        var request = new ProducerRequest(
            ChannelMode.Emergency,
            _ => new PlayoutPlan([new PlayoutEntry(EntryKind.Programme, at, at + Duration.FromSeconds(30), "message", message, Duration.Zero)]));
        ProducerSwap swap = channel.Complete(() => channel.Manager.OnAir.PrepareAsync(request, at))!;
        Assert.That(channel.Complete(() => swap.CommitAsync(at)), Is.True);
        watched.Channel.Do(() => normal.Made[0].Fail("It has burnt out."));
        watched.Watch(20);
        Assert.That(channel.Manager.OnAir.Producer, Is.SameAs(swap.Producer));
        await watched.EndAsync();
        watched.AssertNumbers(8, 19, 8);
    }

    private static async Task<NumberedChannel> WatchAsync(
        ProfileMode mode,
        RecordedLog log,
        ScriptedProducers normal,
        ChannelOptions options,
        Action<SimulatedChannel>? made = null,
        ScriptedProducers? other = null)
    {
        string film = await TestFiles.MakeAsync(s_rate, 25 * 60);
        IProducerFactory[] producers = other is null ? [normal] : [normal, other];
        var watched = new NumberedChannel(s_start, mode, [(film, 60)], log, options: options, producers: producers);
        made?.Invoke(watched.Channel);
        watched.Watch(5);
        return watched;
    }

    private static double[] Pauses(RecoveryPauses recovery, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => recovery.Next()).Select(pause => pause.IsNone ? double.NaN : pause.Nanoseconds / 1e9)];
}
