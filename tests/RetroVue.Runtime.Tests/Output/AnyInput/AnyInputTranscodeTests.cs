using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>
/// A decoded file may be of any kind: the channel's pictures and sound go on, and they are those of the file at each time.
/// </summary>
public sealed class AnyInputTranscodeTests
{
    private const int SampleRate = 8_000;
    private const int NextItem = 1_000_000;
    private const int Black = -1;

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
        AiredGrid aired = Air(script, kinds, format, join);
        try
        {
            Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before), "buffers left");
            aired.AssertGoesOn();
            AssertPictures(aired, script, kinds, join);
            AssertSound(aired.Blocks, script, kinds, join);
        }
        catch (AssertionException exception)
        {
            throw new InvalidOperationException($"{script.Description}, {string.Join('+', kinds)} at {format.FrameRate}, joined at {join}: {exception.Message}", exception);
        }
    }

    private static AiredGrid Air(MediaScript script, MediaKind[] kinds, VideoFormat video, ClockTime join)
    {
        var audio = new AudioFormat(SampleFormat.F32Planar, SampleRate, ChannelLayout.Mono);
        ClockTime end = AiredGrid.Zero + script.Length;
        MediaScript regular = MediaScript.Regular(ClockTime.FromSeconds(60));
        return AiredGrid.Watch(new RawFormats(video, audio), script.Length, join, Open, Number);

        static int Number(MediaBuffer picture) => picture.Data.Length == 16 ? BinaryPrimitives.ReadInt32LittleEndian(picture.Data) : Black;

        Task<ItemPlayer> Open(PipelineOptions options, ChannelLine line, bool isNext) => isNext
            ? OpenScript(options, regular, [MediaKind.Video, MediaKind.Audio], ClockTime.Zero, end, end + ClockTime.FromSeconds(60), NextItem)
            : OpenScript(options, script, kinds, join, AiredGrid.Zero + join, end, 0);

        Task<ItemPlayer> OpenScript(PipelineOptions options, MediaScript media, MediaKind[] streams, ClockTime position, ClockTime from, ClockTime until, int number)
        {
            var pipeline = new Pipeline(options);
            var item = new ChannelSink("channel", from - position, until, ClockTime.FromMilliseconds(250));
            return ItemPlayer.StartAsync(pipeline, item, Build, CancellationToken.None);

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
    }

    /// <summary>Makes a picture that shows its number, or sound in which every sample is its number.</summary>
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

    private static void AssertPictures(AiredGrid aired, MediaScript script, MediaKind[] kinds, ClockTime join)
    {
        (ClockTime Pts, int Number, bool MayBeMissing)[] pictures =
        [
            .. script.From(join).Where(packet => packet.Kind == MediaKind.Video && kinds.Contains(MediaKind.Video))
                .Select(packet => (Pts: AiredGrid.Zero + packet.Pts, packet.Number, false)).Where(picture => picture.Pts < aired.End - ClockTime.FromMicroseconds(12)),
            .. Enumerable.Range(0, 200).Select(i => (Pts: aired.End + ClockTime.FromMilliseconds(40 * i), Number: NextItem + i, false)),
        ];
        aired.AssertPictures(pictures, Black, script.HasTrueTimes ? AiredGrid.Zero : aired.End);
    }

    private static void AssertSound(List<(ClockTime Pts, float[] Samples)> blocks, MediaScript script, MediaKind[] kinds, ClockTime join)
    {
        ClockTime end = AiredGrid.Zero + script.Length;
        long first = blocks[0].Pts.ToUnits(s_sample);
        float[] heard = [.. blocks.SelectMany(block => block.Samples)];
        float[] expected = new float[heard.Length];
        if (kinds.Contains(MediaKind.Audio))
        {
            foreach (ScriptedPacket packet in script.From(join).Where(packet => packet.Kind == MediaKind.Audio && AiredGrid.Zero + packet.Pts < end - ClockTime.FromMicroseconds(12)))
            {
                Lay(AiredGrid.Zero + packet.Pts, packet.Number + 1);
            }
        }

        for (int i = 0; i < 300; i++)
        {
            Lay(end + (script.SoundStep * i), NextItem + i + 1);
        }

        for (int i = script.HasTrueTimes ? 0 : (int)(end.ToUnits(s_sample) - first); i < heard.Length; i++)
        {
            // A decoder cuts an item's last packet at the item's end. Here that packet may be heard to its own end.
            bool isSplice = (ClockTime.FromUnits(first + i, s_sample) - end).Abs() < script.SoundStep;
            if (Math.Abs(heard[i] - expected[i]) > 1 && !isSplice)
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
