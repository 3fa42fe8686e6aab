using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Output.AnyInput;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.Feeds;

/// <summary>A switch of feeds as in <see cref="CopiedFeedTests"/>, but in real time: on threads and by the system's clock.</summary>
public sealed class RealTimeFeedTests
{
    private static readonly MediaScript s_film = MediaScript.Regular(ClockTime.FromSeconds(60));

    [Test]
    [Category("Slow")]
    public async Task Feed_takes_over_at_its_time_while_the_other_producer_is_stopped()
    {
        var executor = new ThreadedExecutor(name: "feeds");
        var options = new PipelineOptions { Executor = executor };
        var clock = MasterClock.FromSystem();
        Instant start = clock.UtcNow;
        var line = new ChannelLine(clock.AsClock(), start - Duration.FromHours(1));
        var output = new ChannelOutput("test", line, new CopiedChannel(ScriptedItems.Formats), options);
        var sent = new SentStream(hasPicture: true);
        (NormalProducer producer, ChannelFeed normal) = await PrepareAsync(start, Mark.First);
        Assert.That(output.SwitchAt(normal, start), Is.True);
        await output.StartAsync();
        using ChunkReader reader = output.Stream.Read();
        await WatchAsync(ClockTime.FromSeconds(2));

        // The opening takes a part of the second.
        ClockTime at = line.Now + output.SwitchLead + ClockTime.FromSeconds(1);
        (NormalProducer other, ChannelFeed feed) = await PrepareAsync(line.ToInstant(at), Mark.Next);
        Assert.That(output.SwitchAt(feed, line.ToInstant(at)), Is.True);
        await WatchAsync(at - line.Now - ClockTime.FromMilliseconds(100));
        await producer.StopAsync();
        await WatchAsync(at - line.Now + ClockTime.FromSeconds(2));
        Assert.That(normal.Displaced.IsCompleted);
        await producer.DisposeAsync();
        await other.DisposeAsync();
        await output.DisposeAsync();

        // Times are rounded to ticks of 90 kHz.
        var tick = ClockTime.FromNanoseconds(11_112);
        ClockTime[] pictures = [.. Pictures(Mark.Next)];
        Assert.That(pictures, Has.Length.GreaterThan(40));
        for (int i = 0; i < pictures.Length; i++)
        {
            Assert.That((pictures[i] - at - ClockTime.FromMilliseconds(40 * i)).Abs(), Is.LessThan(tick), $"picture {i}");
        }

        ClockTime[] before = [.. Pictures(Mark.First)];
        Assert.That(before[^1], Is.InRange(at - ClockTime.FromMilliseconds(40) - tick, at), "up to the last frame before the switch");
        Assert.That(output.LatePackets, Is.Zero);

        IEnumerable<ClockTime> Pictures(char item) => sent.Pes.Where(pes => pes.Kind == MediaKind.Video && pes.IsOf(item)).Select(pes => pes.Pts);

        async Task<(NormalProducer Producer, ChannelFeed Feed)> PrepareAsync(Instant from, char mark)
        {
            ChannelFeed opened = output.OpenFeed($"{mark}");
            var items = new ScriptedItems(line, options, _ => (s_film, mark));
            var made = new NormalProducer(
                opened.Id, new Uri("/test", UriKind.Relative), output, opened, executor, items, items, new HangingOpenings(), NullLogger.Instance);
            var entry = new PlayoutEntry(EntryKind.Programme, from, from + Duration.FromSeconds(60), "film", "film", Duration.Zero);
            await made.PrepareAsync(new PlayoutPlan([entry]), from);
            await made.StartAsync();
            return (made, opened);
        }

        async Task WatchAsync(ClockTime time)
        {
            for (ClockTime until = line.Now + time; line.Now < until; sent.Take(reader))
            {
                await executor.WaitUntilAsync(line.Station, line.Station.Now + ClockTime.FromMilliseconds(40), CancellationToken.None);
            }
        }
    }
}
