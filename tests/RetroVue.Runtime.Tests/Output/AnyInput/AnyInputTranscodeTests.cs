using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Whatever a decoded file is like, the channel's pictures and sound go on, and are those that the file has at that time.</summary>
public sealed class AnyInputTranscodeTests
{
    private const int SampleRate = 8_000;
    private const int NextItem = 1_000_000;
    private const int Black = -1;

    private static readonly Instant s_start = ChannelLine.DefaultEpoch + Duration.FromHours(1);
    private static readonly ClockTime s_zero = ClockTime.FromSeconds(3600);
    private static readonly Rational s_sample = new(1, SampleRate);

    [Test]
    public void Pictures_and_sound_are_the_files_at_every_time_and_the_next_item_begins_at_its() => RandomCases.Run(40, CheckCase);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_of_any_times_are_transcoded() => RandomCases.Run(10_000, CheckCase);

    private static void CheckCase(Random random)
    {
        MediaScript script = MediaScript.Create(random, isReordered: false);
        Rational[] rates = [new(25, 1), new(30_000, 1001), new(5, 1)];
        var format = new VideoFormat(PixelFormat.Yuv420P, 16, 16, rates[random.Next(3)]);
        ClockTime join = ClockTime.FromNanoseconds((long)(random.NextDouble() * script.Length.Nanoseconds));
        // The file may have no picture, or no sound.
        MediaKind[] kinds = random.Next(6) switch { 0 => [MediaKind.Video], 1 => [MediaKind.Audio], _ => [MediaKind.Video, MediaKind.Audio] };
        long before = MediaBuffer.LiveCount;
        (List<(ClockTime Pts, int Number)> frames, List<(ClockTime Pts, float[] Samples)> blocks) = Air(script, kinds, format, join);
        try
        {
            Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before), "buffers left");
            ClockTime end = s_zero + script.Length + ClockTime.FromSeconds(5);
            Assert.That(frames[^1].Pts, Is.GreaterThan(end), "pictures go on");
            Assert.That(blocks[^1].Pts, Is.GreaterThan(end - ClockTime.FromMilliseconds(200)), "sound goes on");
            AssertPictures(frames, script, kinds, format, join);
            AssertSound(blocks, script, kinds, join);
        }
        catch (AssertionException exception)
        {
            throw new InvalidOperationException($"{script.Description}, {string.Join('+', kinds)} at {format.FrameRate}, joined at {join}: {exception.Message}", exception);
        }
    }

    private static (List<(ClockTime Pts, int Number)> Frames, List<(ClockTime Pts, float[] Samples)> Blocks) Air(
        MediaScript script,
        MediaKind[] kinds,
        VideoFormat video,
        ClockTime join)
    {
        // With a context of the test runner's, continuations would go over the thread pool.
        SynchronizationContext.SetSynchronizationContext(null);
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(10));
        var options = new PipelineOptions { Executor = executor };
        var audio = new AudioFormat(SampleFormat.F32Planar, SampleRate, ChannelLayout.Mono);
        var line = new ChannelLine(new MasterClock(executor.Clock, s_start + Duration.FromNanoseconds(join.Nanoseconds)).AsClock(), ChannelLine.DefaultEpoch);
        var items = new Splicer();
        var channel = new Pipeline(options);
        GridSource grid = channel.Add(new GridSource("grid", line, new TranscodeProfile(video, audio), items));
        // As before the output: what comes is taken half a second before it is shown, and little more is kept.
        ChannelInput made = channel.Add(new ChannelInput("made", -ClockTime.MaxValue, ClockTime.MaxValue, ClockTime.FromMilliseconds(300)));
        channel.Link(grid.Video!, made.AddStream(MediaKind.Video));
        channel.Link(grid.Audio!, made.AddStream(MediaKind.Audio));
        List<(ClockTime Pts, int Number)> frames = [];
        List<(ClockTime Pts, float[] Samples)> blocks = [];
        ClockTime end = s_zero + script.Length;
        ItemPlayer first = Open(script, kinds, join, s_zero + join, end, 0);
        items.SwitchAt(first.Input, s_zero, line.Now);
        Task run = Task.CompletedTask;
        if (end - line.Now > ClockTime.FromSeconds(2))
        {
            Start();
            Watch(end - ClockTime.FromSeconds(2));
        }

        // As a producer does: two seconds before its time, or with the first where that is too late.
        ItemPlayer second = Open(MediaScript.Regular(ClockTime.FromSeconds(60)), [MediaKind.Video, MediaKind.Audio], ClockTime.Zero, end, end + ClockTime.FromSeconds(60), NextItem);
        items.SwitchAt(second.Input, end, line.Now);
        Start();
        Watch(end + ClockTime.FromSeconds(5));
        foreach (IAsyncDisposable used in new IAsyncDisposable[] { channel, first, second })
        {
            Complete(used.DisposeAsync().AsTask());
        }

        made.Discard();

        Assert.That(run.IsFaulted, Is.False, run.Exception?.ToString());
        return (frames, blocks);

        void Start()
        {
            if (run.IsCompleted)
            {
                Complete(channel.StartAsync());
                run = channel.RunAsync();
            }
        }

        void Watch(ClockTime until)
        {
            while (line.Now < until)
            {
                executor.RunFor(ClockTime.FromMilliseconds(80));
                while (made.TryTake(MediaKind.Video, line.Now + ClockTime.FromMilliseconds(540)) is { } item)
                {
                    if (item is MediaBuffer frame)
                    {
                        frames.Add((frame.Pts, frame.Data.Length == 16 ? BinaryPrimitives.ReadInt32LittleEndian(frame.Data) : Black));
                        frame.Release();
                    }
                }

                while (made.TryTake(MediaKind.Audio, line.Now + ClockTime.FromMilliseconds(540)) is { } item)
                {
                    if (item is MediaBuffer block)
                    {
                        blocks.Add((block.Pts, MemoryMarshal.Cast<byte, float>(block.Data).ToArray()));
                        block.Release();
                    }
                }
            }
        }

        ItemPlayer Open(MediaScript media, MediaKind[] streams, ClockTime position, ClockTime from, ClockTime until, int number)
        {
            var pipeline = new Pipeline(options);
            var item = new ChannelInput("channel", from - position, until, ClockTime.FromMilliseconds(250));
            Task<ItemPlayer> player = ItemPlayer.StartAsync(pipeline, item, Build, CancellationToken.None);
            Complete(player);
            return player.GetAwaiter().GetResult();

            FileDemuxer? Build()
            {
                IEnumerable<MediaFormat> formats = streams.Select(kind => kind == MediaKind.Video ? (MediaFormat)video : audio);
                ScriptedFile file = pipeline.Add(new ScriptedFile("file", media, position, from, formats, packet => Content(packet, number)));
                pipeline.Add(item);
                foreach (MediaKind kind in streams)
                {
                    pipeline.Link(file.Output(kind)!, item.AddStream(kind));
                }

                return null;
            }
        }

        void Complete(Task task) => executor.RunUntilCompleted(task, executor.Clock.Now + ClockTime.FromSeconds(10));
    }

    /// <summary>A picture says its number, and so does every sample of sound.</summary>
    private static HeapMemory Content(ScriptedPacket packet, int number)
    {
        if (packet.Kind == MediaKind.Video)
        {
            byte[] picture = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(picture, number + packet.Number);
            return HeapMemory.Copy(picture);
        }

        float[] samples = new float[packet.Duration.ToUnits(s_sample)];
        samples.AsSpan().Fill(number + packet.Number + 1);
        return HeapMemory.Copy(MemoryMarshal.AsBytes(samples.AsSpan()));
    }

    private static void AssertPictures(List<(ClockTime Pts, int Number)> frames, MediaScript script, MediaKind[] kinds, VideoFormat format, ClockTime join)
    {
        Rational step = format.FrameRate.Inverse;
        long first = frames[0].Pts.ToUnits(step);
        for (int i = 0; i < frames.Count; i++)
        {
            Assert.That(frames[i].Pts, Is.EqualTo(ClockTime.FromUnits(first + i, step)), "one frame a step");
        }

        ClockTime frame = ClockTime.FromUnits(1, step), end = s_zero + script.Length;
        (ClockTime Pts, int Number)[] pictures =
        [
            .. script.From(join).Where(packet => packet.Kind == MediaKind.Video && kinds.Contains(MediaKind.Video))
                .Select(packet => (Pts: s_zero + packet.Pts, packet.Number)).Where(picture => picture.Pts < end - ClockTime.FromMicroseconds(12)),
            .. Enumerable.Range(0, 200).Select(i => (Pts: end + ClockTime.FromMilliseconds(40 * i), Number: NextItem + i)),
        ];
        foreach ((ClockTime pts, int number) in frames)
        {
            if (!script.HasTrueTimes && pts < end + (frame / 2))
            {
                continue;
            }

            // Nearest, or near a boundary any of those that begin there.
            ClockTime early = pts + (frame / 2) - ClockTime.FromMilliseconds(2), late = pts + (frame / 2);
            int[] due = [LastBefore(early), .. pictures.Where(picture => picture.Pts >= early && picture.Pts < late).Select(picture => picture.Number)];
            Assert.That(number, Is.AnyOf(due), $"picture at {pts}, the first at {frames[0].Pts}");
        }

        int LastBefore(ClockTime time)
        {
            int last = Array.FindLastIndex(pictures, picture => picture.Pts < time);
            return last < 0 ? Black : pictures[last].Number;
        }
    }

    private static void AssertSound(List<(ClockTime Pts, float[] Samples)> blocks, MediaScript script, MediaKind[] kinds, ClockTime join)
    {
        ClockTime end = s_zero + script.Length;
        long first = blocks[0].Pts.ToUnits(s_sample);
        float[] heard = [.. blocks.SelectMany(block => block.Samples)];
        float[] expected = new float[heard.Length];
        if (kinds.Contains(MediaKind.Audio))
        {
            foreach (ScriptedPacket packet in script.From(join).Where(packet => packet.Kind == MediaKind.Audio && s_zero + packet.Pts < end - ClockTime.FromMicroseconds(12)))
            {
                Lay(s_zero + packet.Pts, packet.Number + 1);
            }
        }

        for (int i = 0; i < 300; i++)
        {
            Lay(end + (script.SoundStep * i), NextItem + i + 1);
        }

        for (int i = script.HasTrueTimes ? 0 : (int)(end.ToUnits(s_sample) - first); i < heard.Length; i++)
        {
            // A decoder cuts the last packet of an item to its end; here it may be heard to its own.
            bool isSeam = (ClockTime.FromUnits(first + i, s_sample) - end).Abs() < script.SoundStep;
            if (Math.Abs(heard[i] - expected[i]) > 1 && !isSeam)
            {
                Assert.Fail($"sound at {ClockTime.FromUnits(first + i, s_sample)} is {heard[i]} instead of {expected[i]}");
            }
        }

        void Lay(ClockTime pts, int number)
        {
            long at = pts.ToUnits(s_sample) - first;
            for (long i = Math.Max(at, 0); i < at + script.SoundStep.ToUnits(s_sample) && i < expected.Length; i++)
            {
                expected[i] = number;
            }
        }
    }
}
