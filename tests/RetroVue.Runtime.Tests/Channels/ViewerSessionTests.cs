using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A viewer's session ends when it is disposed of, at any time and any number of times.</summary>
public sealed class ViewerSessionTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Session_that_is_disposed_of_leaves_and_the_last_takes_the_channel_off_the_air()
    {
        using SimulatedChannel channel = Make();
        ViewerSession first = Join(channel), second = Join(channel);
        Leave(channel, first);
        Leave(channel, first);
        Assert.That((channel.Manager.ViewerCount, channel.Manager.Output is null), Is.EqualTo((1, false)), "The session must leave only once.");
        Assert.That(channel.Manager.Touch(first.Id), Is.Null);
        Leave(channel, second);
        Assert.That((channel.Manager.ViewerCount, channel.Manager.Output is null), Is.EqualTo((0, true)));
    }

    [Test]
    public void Session_whose_viewer_fell_silent_is_disposed_of_without_harm()
    {
        using SimulatedChannel channel = Make();
        ViewerSession staying = Join(channel);
        ViewerSession silent = channel.Complete(() => channel.Manager.JoinAsync(new JoinRequest("silent") { SilenceLimit = ClockTime.FromSeconds(2) }));
        channel.Executor.RunFor(ClockTime.FromSeconds(5));
        Assert.That(channel.Manager.ViewerCount, Is.EqualTo(1));
        Leave(channel, silent);
        Assert.That(channel.Manager.ViewerCount, Is.EqualTo(1));
        Leave(channel, staying);
    }

    [Test]
    public void Session_of_a_channel_that_is_gone_is_disposed_of_without_harm()
    {
        ViewerSession session;
        using (SimulatedChannel channel = Make())
        {
            session = Join(channel);
        }

        Assert.That(session.DisposeAsync().AsTask().IsCompletedSuccessfully, Is.True);
    }

    private static SimulatedChannel Make() => new(
        s_start,
        ChannelProfile.Copy,
        [(MadeMedia.Make(
            "session.mp4",
            "-f lavfi -i testsrc=size=320x180:rate=25:duration=40 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=40 "
            + "-c:v libx264 -preset ultrafast -bf 2 -g 50 -pix_fmt yuv420p -c:a aac -ac 2 -shortest"), Duration.FromSeconds(40))],
        new ChannelOptions { Linger = ClockTime.Zero });

    private static ViewerSession Join(SimulatedChannel channel) => channel.Complete(() => channel.Manager.JoinAsync(new JoinRequest("test")));

    private static void Leave(SimulatedChannel channel, ViewerSession session)
    {
        channel.Complete(() => session.DisposeAsync().AsTask());
        channel.Complete(channel.Manager.OnAir.SettleAsync);
    }
}
