using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>An emergency on a whole station of transcoded channels: all of them swap at one instant.</summary>
[Category("Slow")]
public sealed class HundredSwapsTests
{
    private const int Count = 100;
    private static readonly Instant s_start = NumberedRun.Aligned(Instant.FromUtc(2026, 3, 1, 12, 0));
    private static readonly Rational s_rate = new(25, 1);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Transcoded_channels_change_hands_at_one_instant()
    {
        string film = await TestFiles.MakeAsync(s_rate, 25 * 60, 160, 90), message = await TestFiles.MakeAsync(s_rate, 25 * 30, 160, 90);
        using var log = new RecordedLog();
        List<SimulatedChannel> channels = [];
        for (int i = 0; i < Count; i++)
        {
            // Each channel is at another place in its film, and so in another place of a group of pictures.
            ScheduleItem item = ScheduleItem.Programme(film, "film", Duration.FromSeconds(50));
            channels.Add(new SimulatedChannel(
                s_start + Duration.FromMilliseconds(40 * i),
                ChannelProfile.Transcode(160, 90, s_rate),
                [item],
                loggerFactory: log,
                beside: channels.FirstOrDefault(),
                producers: [new ScriptedProducers(ChannelMode.Normal), new ScriptedProducers(ChannelMode.Emergency)]));
        }

        SimulatedChannel first = channels[0];
        Watch(ClockTime.FromMilliseconds(40 * Count));
        channels.ForEach(channel => channel.Join());
        Watch(ClockTime.FromSeconds(2));
        // The next instant that is late enough for all channels.
        ClockTime lead = channels.Max(channel => channel.Manager.Output!.SwitchLead);
        Assert.That(lead, Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(1300)));
        Instant at = NumberedRun.Aligned(first.Line.ToInstant(first.Line.Now + lead + NumberedRun.Frame));
        ProducerSwap[] swaps = [.. channels.Select(channel => channel.Complete(() => channel.Manager.OnAir.PrepareAsync(Message(at), at))!)];
        Assert.That(channels.Zip(swaps, (channel, swap) => channel.Complete(() => swap.CommitAsync(at))), Is.All.True);
        ClockTime instant = first.Line.At(at);
        Watch(instant - first.Line.Now + ClockTime.FromSeconds(1));
        Assert.That(swaps.Select(swap => swap.IsOnAir), Is.All.True);
        for (int i = 0; i < Count; i++)
        {
            channels[i].Dispose();
            IReadOnlyList<(ClockTime Pts, long Number)> frames = NumberedRun.Unwrap(await ReceivedFrames.ReadAsync(channels[i].Save("one-of-a-hundred.ts")), instant);
            ClockTime half = NumberedRun.Frame / 2;
            NumberedRun.Assert(frames, instant - ClockTime.FromSeconds(1), instant - half, first.Line.At(s_start) + (NumberedRun.Frame * i));
            NumberedRun.Assert(frames, instant - half, instant + ClockTime.FromMilliseconds(500), instant);
        }

        Assert.That(log.Lines, Is.Empty);

        void Watch(ClockTime time)
        {
            for (ClockTime until = first.Line.Now + time; first.Line.Now < until; channels.ForEach(channel => channel.Drain()))
            {
                first.Executor.RunFor(ClockTime.FromMilliseconds(80));
            }
        }

        ProducerRequest Message(Instant from) => new(
            ChannelMode.Emergency,
            _ => new PlayoutPlan([new PlayoutEntry(EntryKind.Programme, from, from + Duration.FromSeconds(30), "message", message, Duration.Zero)]));
    }
}
