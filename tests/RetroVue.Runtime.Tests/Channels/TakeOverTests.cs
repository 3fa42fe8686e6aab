using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// A second producer takes over a channel of real files from the normal producer. The test decodes the stream and looks at the pictures.
/// </summary>
public sealed class TakeOverTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    // The swap is in the middle of a group of pictures, shortly before the end of an item, or while the normal producer's file hangs and
    // soon becomes a slate.
    [TestCase(ProfileMode.Copy, 10.48, false)]
    [TestCase(ProfileMode.Transcode, 10.48, false)]
    [TestCase(ProfileMode.Copy, 18.2, false)]
    [TestCase(ProfileMode.Transcode, 18.2, false)]
    [TestCase(ProfileMode.Copy, 10.48, true)]
    [TestCase(ProfileMode.Transcode, 10.48, true)]
    public async Task Other_producer_takes_over_to_the_frame_and_the_normal_one_stays_away(ProfileMode mode, double at, bool hangs)
    {
        string film = await TestFiles.MakeAsync(s_rate, 25 * 20);
        string other = await TestFiles.MakeAsync(s_rate, 25 * 30);
        // With a synchronization context of the test runner, continuations would run on the thread pool and not in the simulation.
        SynchronizationContext.SetSynchronizationContext(null);
        using var log = new RecordedLog();
        var watched = new NumberedChannel(s_start, mode, [(film, 20), (film, 20)], log);
        SimulatedChannel channel = watched.Channel;
        watched.Watch(5);
        if (hangs)
        {
            // The hang begins two seconds before the swap, because the output works more than a second ahead: so the producer on the air
            // still reads when it begins.
            watched.Hang(at - 2, at + 15, first: true);
        }

        ChannelOutput output = channel.Manager.Output!;
        using var cache = new InputCache(1);
        ChannelFeed feed = output.OpenFeed("other");
        await using NormalProducer producer = Producer(channel, feed, mode, cache);
        watched.Watch(at - 3);
        Instant from = s_start + Duration.FromSeconds(at);
        var entry = new PlayoutEntry(EntryKind.Programme, from, from + Duration.FromSeconds(30), "other", other, Duration.Zero);
        channel.Complete(producer.PrepareAsync(new PlayoutPlan([entry]), from));
        channel.Complete(producer.StartAsync());
        Assert.That(output.SwitchAt(feed, from), Is.True);
        watched.Watch(at + 12);
        channel.Complete(producer.DisposeAsync().AsTask());
        await watched.EndAsync();
        // In a copied film, two of the last pictures may be missing: B-frames that are decoded after a picture that is shown later.
        double gap = mode == ProfileMode.Copy ? 0.08 : 0;
        watched.AssertNumbers(5, at - (hangs ? 2 : gap) - 0.001, 0);
        watched.AssertEach(at, at + 11, (time, number) => number == (long)Math.Round((time - at) * 25), "other");
        Assert.That(log.Lines.Where(line => !(hangs && line.Contains("has stalled", StringComparison.Ordinal))), Is.Empty);
    }

    private static NormalProducer Producer(SimulatedChannel channel, ChannelFeed feed, ProfileMode mode, InputCache cache)
    {
        ChannelOutput output = channel.Manager.Output!;
        var options = new PipelineOptions { Name = "other", Executor = channel.Executor };
        var slates = new SlateItems(channel.Manager.Channel, output.Line, output.Kind, entry => entry, options);
        IItemOpener items = output.Kind.CreateItems(output.Line, slates, cache, options);
        return new NormalProducer(
            feed.Id, new Uri("/other", UriKind.Relative), output, feed, channel.Executor, items, slates, new HangingOpenings(), NullLogger.Instance);
    }
}
