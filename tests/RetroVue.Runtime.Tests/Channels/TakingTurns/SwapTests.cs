using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>Producers of a channel take turns in two phases: ready, then committed to an instant, revoked or aborted.</summary>
public sealed class SwapTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);

    private ScriptedProducers _normal = null!;
    private ScriptedProducers _emergency = null!;
    private RecordedLog _log = null!;
    private NumberedChannel _watched = null!;
    private string _message = "";

    private SimulatedChannel Channel => _watched.Channel;

    [TearDown]
    public void NothingIsLeft()
    {
        _log.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public async Task Emergency_takes_over_at_its_instant_and_the_schedule_takes_over_again([Values] ProfileMode mode)
    {
        await WatchAsync(mode, 4);
        ProducerSwap emergency = Prepare(ChannelMode.Emergency, 8);
        Commit(emergency, 8.48, isKept: true);
        Assert.That(emergency.IsOnAir, Is.False);
        _watched.Watch(10);
        Assert.That(emergency.IsOnAir, Is.True);
        Assert.That(_normal.Made.Single().IsDisposed, Is.True, "The swap disposes of the old producer.");
        ProducerSwap back = Prepare(ChannelMode.Normal, 14);
        Commit(back, 14.2, isKept: true);
        _watched.Watch(24);
        Assert.That(Channel.Manager.OnAir.Producer, Is.SameAs(back.Producer));
        Assert.That(_emergency.Made.Single().IsDisposed, Is.True);
        Assert.That(_normal.Made.Select(producer => producer.Id).Concat(_emergency.Made.Select(producer => producer.Id)), Is.Unique);
        await EndAsync();
        // In a copied film, two of the last pictures may be missing: B-frames that are decoded after a picture that is shown later. A
        // copied film is entered at a key frame; there is one every two seconds.
        double missing = mode == ProfileMode.Copy ? 0.08 : 0;
        double entered = mode == ProfileMode.Copy ? 16 : 14.2;
        _watched.AssertNumbers(4, 8.48 - missing - 0.001, 0);
        _watched.AssertEach(mode == ProfileMode.Copy ? 10 : 8.48, 14.2 - missing - 0.001, (time, number) => number == (long)Math.Round((time - 8) * 25), "emergency");
        _watched.AssertEach(entered, 23, (time, number) => number == (long)Math.Round(time * 25), "back");
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public async Task Swap_that_is_aborted_or_revoked_costs_nothing()
    {
        byte[] alone = await ReceivedAsync(() => _watched.Watch(16));
        byte[] beside = await ReceivedAsync(() =>
        {
            ProducerSwap aborted = Prepare(ChannelMode.Emergency, 8);
            Channel.Do(aborted.Abort);
            _watched.Watch(6);
            ProducerSwap revoked = Prepare(ChannelMode.Emergency, 10);
            Commit(revoked, 10, isKept: true);
            _watched.Watch(8);
            Assert.That(revoked.Revoke(), Is.True);
            Assert.That(revoked.Revoke(), Is.False, "The swap has no instant any more.");
            _watched.Watch(13);
            Channel.Do(revoked.Abort);
            _watched.Watch(16);
            Assert.That(_emergency.Made, Has.Count.EqualTo(2).And.All.Property(nameof(ScriptedProducer.IsDisposed)).True);
        });
        Assert.That(beside.AsSpan().SequenceEqual(alone), Is.True);
    }

    [Test]
    public async Task Swap_that_was_revoked_is_committed_for_a_later_instant()
    {
        await WatchAsync(ProfileMode.Transcode, 4);
        ProducerSwap swap = Prepare(ChannelMode.Emergency, 8);
        Commit(swap, 8, isKept: true);
        _watched.Watch(5);
        Assert.That(swap.Revoke(), Is.True);
        Commit(swap, 10, isKept: true);
        _watched.Watch(14);
        Assert.That(swap.IsOnAir, Is.True);
        await EndAsync();
        _watched.AssertNumbers(4, 9.999, 0);
        _watched.AssertNumbers(10, 13, 8);
    }

    [Test]
    public async Task Instant_that_is_too_near_is_refused_and_the_swap_stays_ready([Values] ProfileMode mode)
    {
        await WatchAsync(mode, 4);
        ProducerSwap swap = Prepare(ChannelMode.Emergency, 6);
        double lead = swap.Lead.Nanoseconds / 1e9;
        Commit(swap, 4 + lead - 0.02, isKept: false);
        Assert.That(swap.Outcome.IsCompleted, Is.False);
        Commit(swap, 7, isKept: true);
        _watched.Watch(8);
        Assert.That(swap.IsOnAir, Is.True);
        await EndAsync();
    }

    [Test]
    public async Task Producer_that_fails_before_its_instant_does_not_get_the_channel()
    {
        await WatchAsync(ProfileMode.Copy, 4);
        ProducerSwap swap = Prepare(ChannelMode.Emergency, 10);
        Commit(swap, 10, isKept: true);
        _watched.Watch(6);
        Channel.Do(() => _emergency.Made.Single().Fail("It has burnt out."));
        Assert.That((swap.Outcome.IsCompleted, swap.IsOnAir), Is.EqualTo((true, false)));
        _watched.Watch(14);
        Assert.That(_emergency.Made.Single().IsDisposed, Is.True);
        await EndAsync();
        _watched.AssertNumbers(4, 13, 0);
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public async Task Later_swap_takes_the_place_of_one_that_waits()
    {
        await WatchAsync(ProfileMode.Copy, 4);
        ProducerSwap first = Prepare(ChannelMode.Emergency, 12);
        Commit(first, 12, isKept: true);
        ProducerSwap second = Prepare(ChannelMode.Emergency, 10);
        Commit(second, 10, isKept: true);
        Assert.That((first.Outcome.IsCompleted, first.IsOnAir), Is.EqualTo((true, false)));
        _watched.Watch(14);
        Assert.That(second.IsOnAir, Is.True);
        Assert.That(_emergency.Made[0].IsDisposed, Is.True);
        await EndAsync();
        _watched.AssertNumbers(10, 13, 10);
    }

    [Test]
    public async Task Channel_that_goes_off_the_air_aborts_the_swap_that_waits()
    {
        await WatchAsync(ProfileMode.Copy, 4);
        ProducerSwap swap = Prepare(ChannelMode.Emergency, 20);
        Commit(swap, 20, isKept: true);
        Channel.Leave();
        Channel.Executor.RunFor(ClockTime.FromSeconds(11));
        Assert.That(Channel.Manager.Output, Is.Null);
        Assert.That((swap.Outcome.IsCompleted, swap.IsOnAir), Is.EqualTo((true, false)));
        Commit(swap, 30, isKept: false);
        Assert.That(Channel.Complete(() => Channel.Manager.OnAir.PrepareAsync(Request(20), At(20))), Is.Null, "A channel off the air has nothing to take over.");
        await EndAsync();
        Assert.That(_emergency.Made, Has.All.Property(nameof(ScriptedProducer.IsDisposed)).True);
    }

    [Test]
    public async Task Mode_that_nobody_makes_producers_for_is_named()
    {
        await WatchAsync(ProfileMode.Copy, 4);
        ProducerRequest guide = Request(8) with { Mode = ChannelMode.Guide };
        Assert.That(() => Channel.Complete(() => Channel.Manager.OnAir.PrepareAsync(guide, At(8))), Throws.InstanceOf<KeyNotFoundException>().With.Message.Contains("Guide"));
        await EndAsync();
    }

    private async Task WatchAsync(ProfileMode mode, double until)
    {
        string film = await TestFiles.MakeAsync(s_rate, 25 * 60);
        _message = await TestFiles.MakeAsync(s_rate, 25 * 30);
        (_normal, _emergency, _log) = (new ScriptedProducers(ChannelMode.Normal), new ScriptedProducers(ChannelMode.Emergency), new RecordedLog());
        _watched = new NumberedChannel(s_start, mode, [(film, 60)], _log, producers: [_normal, _emergency]);
        _watched.Watch(until);
    }

    private async Task<byte[]> ReceivedAsync(Action run)
    {
        await WatchAsync(ProfileMode.Copy, 4);
        run();
        await EndAsync();
        return Channel.Received;
    }

    private async Task EndAsync() => await _watched.EndAsync();

    private ProducerRequest Request(double from) => new(
        ChannelMode.Emergency,
        _ => new PlayoutPlan([new PlayoutEntry(EntryKind.Programme, At(from), At(from + 30), "message", _message, Duration.Zero)]));

    private ProducerSwap Prepare(ChannelMode mode, double from) =>
        Channel.Complete(() => Channel.Manager.OnAir.PrepareAsync(mode == ChannelMode.Normal ? ProducerRequest.Normal : Request(from), At(from)))!;

    private void Commit(ProducerSwap swap, double at, bool isKept) => Assert.That(Channel.Complete(() => swap.CommitAsync(At(at))), Is.EqualTo(isKept));

    private static Instant At(double seconds) => s_start + Duration.FromSeconds(seconds);
}
