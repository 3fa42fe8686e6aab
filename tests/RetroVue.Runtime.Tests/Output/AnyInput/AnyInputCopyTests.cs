using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A copied file may be of any kind: the channel never stands still.</summary>
public sealed class AnyInputCopyTests
{
    private static readonly Instant s_start = ChannelLine.DefaultEpoch + Duration.FromHours(1);
    private static readonly ClockTime s_zero = ClockTime.FromSeconds(3600);

    [Test]
    public void File_of_any_times_is_aired_to_its_end_and_the_next_one_at_its_time() => RandomCases.Run(40, CheckCase);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_of_any_times_are_aired() => RandomCases.Run(10_000, CheckCase);

    // The file has B-frames, and its pictures come late: still in time to be shown, but after the times at which they should be decoded.
    [Test]
    public void Pictures_that_come_late_are_sent_before_they_are_decoded() => RandomCases.Repeat(727_778_895, CheckCase);

    // There is only sound until the next item's first picture. That picture is sent within the second for which a viewer waits for a
    // picture.
    [Test]
    public void Viewer_begins_with_the_next_item_where_its_picture_is_the_first_to_come() => RandomCases.Repeat(585_726_145, CheckCase);

    // There is sound before the first picture, for exactly the time at which the stream begins.
    [Test]
    public void What_is_due_as_the_stream_begins_is_not_sent_too_late() => RandomCases.Repeat(564_459_315, CheckCase);

    // A wrong time may be within the item or beyond its end; it may also be so far away that no stream advances as far in one step.
    [Test]
    public void One_wrong_time_costs_its_packet_alone(
        [Values(MediaKind.Video, MediaKind.Audio)] MediaKind kind,
        [Values(-20.0, -1.5, 2.5, 11.4, 45, 110, 500)] double seconds)
    {
        MediaScript regular = MediaScript.Regular(ClockTime.FromSeconds(40));
        ClockTime by = ClockTime.FromMilliseconds((long)(seconds * 1000));
        // The number of a picture in the middle of a group, and of a packet of sound at about the same time.
        int wrong = kind == MediaKind.Video ? 512 : 850;
        MediaScript script = regular with
        {
            Packets = [.. regular.Packets.Select(packet => packet.Kind == kind && packet.Number == wrong ? packet with { Pts = packet.Pts + by, Dts = packet.Dts + by } : packet)],
        };
        SentItems sent = Air(script, ClockTime.FromSeconds(2), out long late);
        sent.AssertAlive();
        sent.AssertNext();
        Assert.That(late, Is.Zero);
        // The item is shown from the first key frame on. If a picture is missing, the pictures up to the next key frame are left out too.
        Assert.That(sent.Pictures(Mark.First).Count(), Is.EqualTo((38 * 25) - (kind == MediaKind.Video ? 525 - wrong : 0)));
        int heard = sent.Sound().Count(pts => pts > s_zero + ClockTime.FromSeconds(3) - sent.Tick && pts < s_zero + script.Length - sent.Tick);
        Assert.That(heard, Is.EqualTo((int)(37 * 48_000 / 1152.0) - (kind == MediaKind.Audio ? 1 : 0)).Within(1));
        Assert.That(sent.Pictures(Mark.Slate), Is.Empty, "slates");
    }

    private static void CheckCase(Random random)
    {
        MediaScript script = MediaScript.Create(random, isReordered: true);
        ClockTime join = ClockTime.FromNanoseconds((long)(random.NextDouble() * script.Length.Nanoseconds));
        long before = MediaBuffer.LiveCount;
        SentItems sent = Air(script, join, out long late);
        try
        {
            Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before), "buffers left");
            sent.AssertAlive();
            sent.AssertNext();
            if (script.HasTrueTimes)
            {
                sent.AssertWhole();
                Assert.That(late, Is.Zero, "late packets");
            }
        }
        catch (AssertionException exception)
        {
            throw new InvalidOperationException($"{script.Description}, joined at {join}, {late} late: {exception.Message}", exception);
        }
    }

    private static SentItems Air(MediaScript script, ClockTime join, out long late)
    {
        // With a synchronization context of the test runner, continuations would run on the thread pool and not in the simulation.
        SynchronizationContext.SetSynchronizationContext(null);
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(10));
        var options = new PipelineOptions { Executor = executor };
        Instant joined = s_start + Duration.FromNanoseconds(join.Nanoseconds);
        var line = new ChannelLine(new MasterClock(executor.Clock, joined).AsClock(), ChannelLine.DefaultEpoch);
        var output = new ChannelOutput("test", line, new CopiedChannel(ScriptedItems.Formats), options);
        Instant next = s_start + Duration.FromNanoseconds(script.Length.Nanoseconds);
        PlayoutEntry first = new(EntryKind.Programme, s_start, next, "a", "a", Duration.Zero);
        PlayoutEntry second = new(EntryKind.Programme, next, next + Duration.FromSeconds(8), "b", "b", Duration.Zero);
        PlayoutEntry third = new(EntryKind.Programme, second.End, second.End + Duration.FromSeconds(60), "c", "c", Duration.Zero);
        MediaScript regular = MediaScript.Regular(ClockTime.FromSeconds(60));
        MediaScript slate = MediaScript.Regular(ClockTime.FromSeconds(120));
        var items = new ScriptedItems(line, options, entry => entry.File == "a" ? (script, Mark.First) : (regular, Mark.Next));
        var slates = new ScriptedItems(line, options, _ => (slate, Mark.Slate), isSlate: true);
        ChannelFeed feed = output.OpenFeed("test-1");
        var producer = new NormalProducer(feed.Id, new Uri("/test", UriKind.Relative), output, feed, executor, items, slates, new HangingOpenings(), NullLogger.Instance);
        Complete(producer.PrepareAsync(new PlayoutPlan([first, second, third]), joined));
        Complete(producer.StartAsync());
        output.SwitchAt(feed, joined);
        Complete(output.StartAsync());
        var sent = new SentStream(hasPicture: true);
        using (ChunkReader reader = output.Stream.Read())
        {
            for (ClockTime until = s_zero + script.Length + ClockTime.FromSeconds(9); line.Now < until;)
            {
                executor.RunFor(ClockTime.FromMilliseconds(80));
                sent.Take(reader);
            }
        }

        late = output.LatePackets;
        var aired = new SentItems(sent, script, regular, s_zero, join, line.Now);
        Complete(producer.DisposeAsync().AsTask());
        Complete(output.DisposeAsync().AsTask());
        return aired;

        void Complete(Task task) => executor.RunUntilCompleted(task, executor.Clock.Now + ClockTime.FromSeconds(10));
    }
}
