using System.Globalization;
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

/// <summary>Whatever a copied file is like, the channel stands still at no time.</summary>
public sealed class AnyInputCopyTests
{
    private const int SoundBytes = 100;
    private const int PictureBytes = 300;
    private const int NextBytes = 400;
    private const int SlateBytes = 200;

    private static readonly EncodedFormat s_video = new("mpeg2video", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P, 320, 180, new Rational(25, 1)) };
    private static readonly EncodedFormat s_audio = new("mp2", MediaKind.Audio) { Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo), FrameSize = 1152 };
    private static readonly Instant s_start = ChannelLine.DefaultEpoch + Duration.FromHours(1);
    private static readonly ClockTime s_zero = ClockTime.FromSeconds(3600);

    // A stamp of the transport stream is a whole tick of 90 kHz, rounded.
    private static readonly ClockTime s_tick = ClockTime.FromNanoseconds(11_112);

    [Test]
    public void File_of_any_times_is_aired_to_its_end_and_the_next_one_at_its_time() => RandomCases.Run(40, CheckCase);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_of_any_times_are_aired() => RandomCases.Run(10_000, CheckCase);

    // Pictures with others between them that go on late: they may be shown still, but were to be decoded before they come.
    [Test]
    public void Pictures_that_come_late_are_sent_before_they_are_decoded() => RandomCases.Repeat(727_778_895, CheckCase);

    // Sound alone up to the next item's first picture, which is sent within the second that a viewer waits for one.
    [Test]
    public void Viewer_begins_with_the_next_item_where_its_picture_is_the_first_to_come() => RandomCases.Repeat(585_726_145, CheckCase);

    // Sound before the first picture, for the very time at which the stream begins.
    [Test]
    public void What_is_due_as_the_stream_begins_is_not_sent_too_late() => RandomCases.Repeat(564_459_315, CheckCase);

    // Within the item, beyond its end, and what no stream goes forward by.
    [Test]
    public void One_wrong_time_costs_its_packet_alone(
        [Values(MediaKind.Video, MediaKind.Audio)] MediaKind kind,
        [Values(-20.0, -1.5, 2.5, 11.4, 45, 110, 500)] double seconds)
    {
        MediaScript regular = MediaScript.Regular(ClockTime.FromSeconds(40));
        ClockTime by = ClockTime.FromMilliseconds((long)(seconds * 1000));
        // A picture in the middle of a group, and sound of about the same time.
        int wrong = kind == MediaKind.Video ? 512 : 850;
        MediaScript script = regular with
        {
            Packets = [.. regular.Packets.Select(packet => packet.Kind == kind && packet.Number == wrong ? packet with { Pts = packet.Pts + by, Dts = packet.Dts + by } : packet)],
        };
        SentStream sent = Air(script, ClockTime.FromSeconds(2), out ClockTime end, out long late);
        AssertAlive(sent, end);
        AssertNext(sent, script.Length);
        Assert.That(late, Is.Zero);
        // From the first key frame on; pictures after one that is missing wait for the next key frame.
        Assert.That(Pictures(sent, PictureBytes).Count(), Is.EqualTo((38 * 25) - (kind == MediaKind.Video ? 525 - wrong : 0)));
        int heard = Sound(sent).Count(pts => pts > s_zero + ClockTime.FromSeconds(3) - s_tick && pts < s_zero + script.Length - s_tick);
        Assert.That(heard, Is.EqualTo((int)(37 * 48_000 / 1152.0) - (kind == MediaKind.Audio ? 1 : 0)).Within(1));
        Assert.That(Pictures(sent, SlateBytes), Is.Empty, "slates");
    }

    private static void CheckCase(Random random)
    {
        MediaScript script = MediaScript.Create(random, isReordered: true);
        ClockTime join = ClockTime.FromNanoseconds((long)(random.NextDouble() * script.Length.Nanoseconds));
        long before = MediaBuffer.LiveCount;
        SentStream sent = Air(script, join, out ClockTime end, out long late);
        try
        {
            Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before), "buffers left");
            AssertAlive(sent, end);
            AssertNext(sent, script.Length);
            if (script.HasTrueTimes)
            {
                AssertWhole(sent, script, join);
                Assert.That(late, Is.Zero, "late packets");
            }
        }
        catch (AssertionException exception)
        {
            throw new InvalidOperationException($"{script.Description}, joined at {join}, {late} late: {exception.Message}", exception);
        }
    }

    private static SentStream Air(MediaScript script, ClockTime join, out ClockTime end, out long late)
    {
        // With a context of the test runner's, continuations would go over the thread pool.
        SynchronizationContext.SetSynchronizationContext(null);
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(10));
        var options = new PipelineOptions { Executor = executor };
        Instant joined = s_start + Duration.FromNanoseconds(join.Nanoseconds);
        var line = new ChannelLine(new MasterClock(executor.Clock, joined).AsClock(), ChannelLine.DefaultEpoch);
        var output = new ChannelOutput("test", line, new ChannelFormats(s_video, s_audio), options);
        Instant next = s_start + Duration.FromNanoseconds(script.Length.Nanoseconds);
        PlayoutEntry first = new(SegmentKind.Programme, s_start, next, "a", "a", Duration.Zero);
        PlayoutEntry second = new(SegmentKind.Programme, next, next + Duration.FromSeconds(8), "b", "b", Duration.Zero);
        PlayoutEntry third = new(SegmentKind.Programme, second.End, second.End + Duration.FromSeconds(60), "c", "c", Duration.Zero);
        MediaScript regular = MediaScript.Regular(ClockTime.FromSeconds(60));
        MediaScript slate = MediaScript.Regular(ClockTime.FromSeconds(120));
        var items = new Opener(line, options, entry => entry.File == "a" ? (script, PictureBytes) : (regular, NextBytes));
        var slates = new Opener(line, options, _ => (slate, SlateBytes), isSlate: true);
        var producer = new NormalProducer("test-1", new Uri("/test", UriKind.Relative), output, executor, items, slates, new LateFiles(), NullLogger.Instance);
        Complete(producer.PrepareAsync(new PlayoutPlan([first, second, third]), joined));
        Complete(producer.StartAsync());
        Complete(output.StartAsync());
        SentStream sent;
        using (ChunkReader reader = output.Stream.Read())
        {
            sent = new SentStream(reader, hasPicture: true);
            for (ClockTime until = s_zero + script.Length + ClockTime.FromSeconds(9); line.Now < until;)
            {
                executor.RunFor(ClockTime.FromMilliseconds(80));
                sent.Take();
            }
        }

        (end, late) = (line.Now, output.LatePackets);
        Complete(producer.DisposeAsync().AsTask());
        Complete(output.DisposeAsync().AsTask());
        return sent;

        void Complete(Task task) => executor.RunUntilCompleted(task, executor.Clock.Now + ClockTime.FromSeconds(10));
    }

    private static void AssertAlive(SentStream sent, ClockTime end)
    {
        Assert.That(sent.Clock, Is.GreaterThan(end - ClockTime.FromMilliseconds(130)), "The clock goes on with station time.");
        Assert.That(sent.LongestStep, Is.LessThan(ClockTime.FromMilliseconds(100)));
        foreach (IGrouping<MediaKind, SentPes> stream in sent.Pes.GroupBy(pes => pes.Kind))
        {
            ClockTime last = ClockTime.None;
            foreach (SentPes pes in stream)
            {
                Assert.That(pes.Dts > last || last.IsNone, $"{pes.Kind} decoded at {pes.Dts} after {last}");
                Assert.That(pes.Dts, Is.LessThanOrEqualTo(pes.Pts));
                Assert.That(pes.SentAt.IsNone || pes.SentAt < pes.Dts, $"{pes.Kind} of {pes.Dts} sent at {pes.SentAt}");
                last = pes.Dts;
            }
        }
    }

    /// <summary>The item after it is there from its first picture on, and its sound.</summary>
    private static void AssertNext(SentStream sent, ClockTime length)
    {
        ClockTime from = s_zero + length;
        ClockTime[] pictures = [.. Pictures(sent, NextBytes)];
        for (int i = 0; i < 8 * 25; i++)
        {
            Assert.That(i < pictures.Length && (pictures[i] - from - ClockTime.FromMilliseconds(40 * i)).Abs() < s_tick, $"picture {i} of the next item at {(i < pictures.Length ? pictures[i] - from : ClockTime.None)}");
        }

        Assert.That(Sound(sent).Count(pts => pts > from - s_tick && pts < from + ClockTime.FromSeconds(8) - s_tick), Is.GreaterThanOrEqualTo(333), "sound of the next item");
    }

    /// <summary>What was to be aired was, from where the viewer could begin, at its time and no other.</summary>
    private static void AssertWhole(SentStream sent, MediaScript script, ClockTime join)
    {
        List<ClockTime> expected = [], keys = [];
        // The first look is 80 ms after the join, in the granule that ends then.
        ClockTime due = s_zero + join + ClockTime.FromMilliseconds(120), lastDecoded = ClockTime.Zero;
        foreach (ScriptedPacket packet in script.From(join).Where(packet => packet.Kind == MediaKind.Video))
        {
            if (packet.Pts >= script.Length - s_tick)
            {
                break;
            }

            if (expected.Count > 0 || packet.IsKeyFrame)
            {
                expected.Add(s_zero + packet.Pts);
                if (packet.IsKeyFrame)
                {
                    keys.Add(expected[^1]);
                    lastDecoded = expected[^1] <= due ? s_zero + packet.Dts : lastDecoded;
                }
            }
        }

        ClockTime end = s_zero + script.Length - s_tick;
        ClockTime[] pictures = [.. Pictures(sent, PictureBytes)];
        Assert.That(pictures.Length, Is.LessThanOrEqualTo(expected.Count));
        int skipped = expected.Count - pictures.Length;
        for (int i = 0; i < pictures.Length; i++)
        {
            Assert.That((pictures[i] - expected[skipped + i]).Abs() < s_tick, $"picture at {pictures[i]} instead of {expected[skipped + i]}");
        }

        // A viewer begins with the last key frame that is due; one from long ago is not kept, nor are such files admitted.
        bool isLost = due - lastDecoded > ChunkRing.LongestJoin - ClockTime.FromSeconds(1);
        bool mayBegin = isLost || skipped == 0 || (skipped < expected.Count ? keys.Contains(expected[skipped]) && expected[skipped] <= due : expected[^1] <= due);
        Assert.That(mayBegin, $"{skipped} of {expected.Count} pictures are missing, the next is for {(skipped < expected.Count ? expected[skipped] : ClockTime.None)}");
        // Sound of before the first picture is not wanted; where there is none, what is sent half a second ahead has gone.
        ClockTime begin = (pictures.Length > 0 ? ClockTime.Max(pictures[0], s_zero + join) : s_zero + join) + ClockTime.FromMilliseconds(pictures.Length > 0 ? 250 : 800);
        if (sent.Pes[0] is { Kind: MediaKind.Video, Bytes: NextBytes } first)
        {
            // The item has no picture from the join on, and the next one's first came within the wait for one: the viewer began there.
            Assert.That(sent.Begin, Is.LessThan(s_zero + join + ChunkRing.LongestWait + ClockTime.FromMilliseconds(120)), "the wait for a picture");
            begin = first.Pts;
        }

        ClockTime[] wanted = [.. script.From(join).Where(packet => packet.Kind == MediaKind.Audio).Select(packet => s_zero + packet.Pts).Where(pts => pts >= begin && pts < end)];
        // A slate may be heard after the end, never before.
        HashSet<long> heard = [.. Sound(sent).Select(Milliseconds)];
        ClockTime[] missing = [.. wanted.Where(pts => !heard.Overlaps([Milliseconds(pts), Milliseconds(pts) - 1, Milliseconds(pts) + 1]))];
        Assert.That(missing, Is.Empty, string.Create(CultureInfo.InvariantCulture, $"{missing.Length} of {wanted.Length} packets of sound are missing, from {missing.FirstOrDefault()} to {missing.LastOrDefault()}; first picture {pictures.FirstOrDefault()}"));

        static long Milliseconds(ClockTime time) => time.Nanoseconds / 1_000_000;
    }

    private static IEnumerable<ClockTime> Pictures(SentStream sent, int bytes) =>
        sent.Pes.Where(pes => pes.Kind == MediaKind.Video && pes.Bytes == bytes).Select(pes => pes.Pts);

    private static IEnumerable<ClockTime> Sound(SentStream sent) => sent.Pes
        .Where(pes => pes.Kind == MediaKind.Audio)
        .SelectMany(pes => Enumerable.Range(0, pes.Bytes / SoundBytes).Select(i => pes.Pts + (MediaScript.SoundStep * i)));

    private sealed class Opener(ChannelLine line, PipelineOptions options, Func<PlayoutEntry, (MediaScript Script, int PictureBytes)> files, bool isSlate = false) : IItemOpener
    {
        public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
        {
            var pipeline = new Pipeline(options);
            (MediaScript script, int pictureBytes) = files(entry);
            ClockTime start = isSlate ? from : line.At(entry.Start);
            var input = new ChannelInput("channel", isSlate ? from : notBefore, line.At(entry.End));
            return ItemPlayer.StartAsync(pipeline, input, Build, cancellationToken);

            FileDemuxer? Build()
            {
                ScriptedFile file = pipeline.Add(new ScriptedFile("file", script, from - start, from, [s_video, s_audio], Content));
                pipeline.Add(input);
                pipeline.Link(file.Output(MediaKind.Video)!, input.AddStream(MediaKind.Video));
                pipeline.Link(file.Output(MediaKind.Audio)!, input.AddStream(MediaKind.Audio));
                return null;
            }

            MediaMemory Content(ScriptedPacket packet) => HeapMemory.Copy(new byte[packet.Kind == MediaKind.Video ? pictureBytes : SoundBytes]);
        }
    }
}
