using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Tests.Output.AnyInput;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.Feeds;

/// <summary>
/// One feed takes over from another before the encoder. Each frame and each sample is of the feed that is on the air at its time.
/// </summary>
public sealed class TranscodedFeedTests
{
    private const int SampleRate = 8000;
    private const int Mine = 1;
    private const int Others = 2;
    private static readonly Instant s_start = ChannelLine.DefaultEpoch + Duration.FromHours(1);
    private static readonly AudioFormat s_audio = new(SampleFormat.F32Planar, SampleRate, ChannelLayout.Mono);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Frames_and_samples_change_hands_at_their_times() => RandomCases.Run(40, CheckCase);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_changes_of_hands() => RandomCases.Run(10_000, CheckCase);

    // A packet of sound that goes on after the switch reaches into the next block of samples.
    [Test]
    public void Sound_is_cut_at_the_sample_also_at_the_end_of_a_block() => RandomCases.Repeat(892_884_773, CheckCase);

    private static void CheckCase(Random random)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        Rational[] rates = [new(25, 1), new(30_000, 1001), new(5, 1)];
        var video = new VideoFormat(PixelFormat.Yuv420P, 16, 16, rates[random.Next(3)]);
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(10));
        var options = new PipelineOptions { Executor = executor };
        var line = new ChannelLine(new MasterClock(executor.Clock, s_start).AsClock(), ChannelLine.DefaultEpoch);
        ClockTime start = line.Now;
        var feeds = new FeedSwitcher();
        var channel = new Pipeline(options);
        GridSource grid = channel.Add(new GridSource("grid", line, new RawFormats(video, s_audio), feeds));
        ChannelSink made = channel.Add(new ChannelSink("made", -ClockTime.MaxValue, ClockTime.MaxValue, ClockTime.FromMilliseconds(250)));
        channel.Link(grid.Video!, made.AddStream(MediaKind.Video));
        channel.Link(grid.Audio!, made.AddStream(MediaKind.Audio));
        List<(ClockTime Pts, int Whose)> frames = [];
        List<(ClockTime Pts, float[] Samples)> blocks = [];
        List<Pipeline> pipelines = [channel];

        // The feeds have other frame rates than the channel. The first feed's item may end before the switch, or have no more sound.
        (ChannelFeed mine, ChannelSink input) = Open(Mine, start, ClockTime.FromMilliseconds(1000 / random.Next(3, 60)), random.Next(3) == 0 ? random.Next(1000, 6000) : 60_000);
        feeds.SwitchAt(mine, start, line.Now, ClockTime.Zero);
        Complete(channel.StartAsync());
        WatchUntil(start + ClockTime.FromMilliseconds(random.Next(2000, 6000)));

        // The output works ahead by half a second and a granule, the media that it keeps, one and a half frames, and two blocks of sound.
        // There is no encoder here.
        ClockTime lead = ClockTime.FromMilliseconds(540 + 250 + 256) + ClockTime.FromUnits(3, video.FrameRate.Inverse) / 2;
        ClockTime waiting = ClockTime.FromMilliseconds(random.Next(2) * 200);
        ClockTime at = line.Now + lead + waiting + ClockTime.FromNanoseconds(random.NextInt64(1, 3_000_000_000));
        ClockTime step = ClockTime.FromMilliseconds(1000 / random.Next(3, 60));
        // If the other feed's item began before the switch, the picture that is on display at the switch is shown, whether it has been read
        // by then or comes later.
        ClockTime began = at - ClockTime.FromMilliseconds(random.Next(2) * random.Next(2000));
        (ChannelFeed other, _) = Open(Others, began, step, 60_000);
        WatchUntil(line.Now + waiting);
        Assert.That(feeds.SwitchAt(other, line.Now + ClockTime.FromMilliseconds(500), line.Now, ClockTime.Zero), Is.False, "The output has taken that time already.");
        Assert.That(feeds.SwitchAt(other, at, line.Now, lead), Is.True);
        if (random.Next(3) == 0)
        {
            input.Discard();
        }

        WatchUntil(at + ClockTime.FromSeconds(3));
        pipelines.ForEach(pipeline => Complete(pipeline.DisposeAsync().AsTask()));
        made.Discard();
        feeds.Clear();
        Assert.That(mine.Displaced.IsCompleted);
        string what = $"{video.FrameRate}, switched at {at} to what began at {began}, {step} a picture, waited {waiting}";
        ClockTime half = ClockTime.FromUnits(1, video.FrameRate.Inverse) / 2;
        Assert.That(frames.Count(frame => frame.Pts < at), Is.EqualTo((at - start).ToUnits(video.FrameRate.Inverse)).Within(1), what);
        Assert.That(frames.Count(frame => frame.Pts >= at), Is.GreaterThanOrEqualTo(ClockTime.FromSeconds(3).ToUnits(video.FrameRate.Inverse)), what);
        foreach ((ClockTime pts, int whose) in frames)
        {
            // A frame shows the picture that is due before half of the frame is over. So at the middle between two pictures, either may be
            // shown.
            if ((pts + half - at).Abs() > ClockTime.FromMilliseconds(2) && pts + half > start)
            {
                Assert.That(whose, Is.EqualTo(pts + half > at ? Others : Mine), $"{what}: frame at {pts}");
            }
        }

        // The first feed's item may end, or have no more sound. The other feed has sound all the time, from its first whole packet of 20 ms
        // on.
        ClockTime soundEnd = blocks[^1].Pts + ClockTime.FromUnits(blocks[^1].Samples.Length, new Rational(1, SampleRate));
        int others = blocks.Sum(block => block.Samples.Count(sample => (int)sample == Others));
        long samplesAfter = (soundEnd - at).ToUnits(new Rational(1, SampleRate));
        Assert.That(others, Is.InRange(samplesAfter - (SampleRate / 50) - 2, samplesAfter + 2), what);
        Assert.That(soundEnd - at, Is.GreaterThan(ClockTime.FromSeconds(3)), what);
        foreach ((ClockTime pts, float[] samples) in blocks)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                // A packet from before the switch may be heard to its end if the other feed has no sound. Here the other feed always has
                // sound.
                ClockTime time = pts + ClockTime.FromUnits(i, new Rational(1, SampleRate));
                if ((time - at).Abs() > ClockTime.FromMicroseconds(250) && samples[i] > 0)
                {
                    Assert.That((int)samples[i], Is.EqualTo(time > at ? Others : Mine), $"{what}: sound at {time}");
                }
            }
        }

        (ChannelFeed Feed, ChannelSink Input) Open(int whose, ClockTime from, ClockTime each, int milliseconds)
        {
            var pipeline = new Pipeline(options);
            pipelines.Insert(0, pipeline);
            MediaScript script = MediaScript.Shown(
                [.. Enumerable.Range(0, (int)(milliseconds * 1_000_000L / each.Nanoseconds)).Select(i => each * i)],
                ClockTime.FromMilliseconds(milliseconds), 1, 0, ClockTime.FromMilliseconds(20));
            ScriptedFile file = pipeline.Add(new ScriptedFile("file", script, ClockTime.Zero, from, [video, s_audio], packet => Content(packet, whose)));
            ChannelSink item = pipeline.Add(new ChannelSink("channel", from, from + ClockTime.FromSeconds(60), ClockTime.FromMilliseconds(250)));
            pipeline.Link(file.Output(MediaKind.Video)!, item.AddStream(MediaKind.Video));
            pipeline.Link(file.Output(MediaKind.Audio)!, item.AddStream(MediaKind.Audio));
            Complete(pipeline.StartAsync());
            var feed = new ChannelFeed($"{whose}", line, executor.CreateCompletion());
            feed.SwitchAt(item, from);
            return (feed, item);
        }

        void WatchUntil(ClockTime until)
        {
            while (line.Now < until)
            {
                executor.RunFor(ClockTime.FromMilliseconds(40));
                ClockTime before = line.Now + ClockTime.FromMilliseconds(540);
                while (made.TryTake(MediaKind.Video, before) is { } item)
                {
                    if (item.Buffer is { } frame)
                    {
                        frames.Add((frame.Pts, frame.Data.Length == 16 ? BinaryPrimitives.ReadInt32LittleEndian(frame.Data) : 0));
                        frame.Release();
                    }
                }

                while (made.TryTake(MediaKind.Audio, before) is { } item)
                {
                    if (item.Buffer is { } block)
                    {
                        blocks.Add((block.Pts, MemoryMarshal.Cast<byte, float>(block.Data).ToArray()));
                        block.Release();
                    }
                }
            }
        }

        void Complete(Task task) => executor.RunUntilCompleted(task, executor.Clock.Now + ClockTime.FromSeconds(10));
    }

    /// <summary>Makes a picture or sound that shows its feed: every sample of sound has the feed's number.</summary>
    private static HeapMemory Content(ScriptedPacket packet, int whose)
    {
        if (packet.Kind == MediaKind.Video)
        {
            byte[] picture = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(picture, whose);
            return HeapMemory.Copy(picture);
        }

        float[] samples = new float[packet.Duration.ToUnits(new Rational(1, SampleRate))];
        samples.AsSpan().Fill(whose);
        return HeapMemory.Copy(MemoryMarshal.AsBytes(samples.AsSpan()));
    }
}
