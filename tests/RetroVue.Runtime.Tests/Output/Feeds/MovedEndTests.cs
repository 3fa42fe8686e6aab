using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output.Feeds;

/// <summary>The end of an item moves, but not beyond the end of its feed.</summary>
public sealed class MovedEndTests
{
    [Test]
    public void Item_becomes_no_longer_than_the_feed_that_gives_way()
    {
        var feed = new ChannelFeed("test", new ChannelLine(new ControllableClock(), NodaConstants.UnixEpoch), new TaskCompletionSource());
        var sink = new ChannelSink("item", ClockTime.Zero, ClockTime.FromSeconds(10));
        sink.AddStream(MediaKind.Audio);
        feed.SwitchAt(sink, ClockTime.Zero);
        Assert.That((feed.TryExtend(sink, ClockTime.FromSeconds(20)), sink.Until), Is.EqualTo((true, ClockTime.FromSeconds(20))));
        feed.EndAt(ClockTime.FromSeconds(15));
        Assert.That((feed.EndsAt, sink.Until), Is.EqualTo((ClockTime.FromSeconds(15), ClockTime.FromSeconds(15))));
        Assert.That((feed.TryExtend(sink, ClockTime.FromSeconds(30)), sink.Until), Is.EqualTo((true, ClockTime.FromSeconds(15))));
    }

    [Test]
    public void Item_that_has_ended_becomes_no_longer()
    {
        var sink = new ChannelSink("item", ClockTime.Zero, ClockTime.FromSeconds(10));
        sink.AddStream(MediaKind.Audio);
        sink.EndAll();
        Assert.That((sink.TryExtend(ClockTime.FromSeconds(20)), sink.Until), Is.EqualTo((false, ClockTime.FromSeconds(10))));
    }
}
