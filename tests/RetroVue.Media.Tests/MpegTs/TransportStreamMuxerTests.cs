using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.MpegTs;

public sealed class TransportStreamMuxerTests
{
    [TearDown]
    public void No_buffer_is_left() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [TestCase("libx264", "aac", "mp4")]
    [TestCase("libx265", "aac", "mp4")]
    [TestCase("mpeg2video", "mp2", "mp4")]
    [TestCase("libx264", "ac3", "mp4")]
    [TestCase("libx264", "libmp3lame", "mp4")]
    public async Task Muxed_file_reads_back_with_the_source_times(string video, string sound, string container)
    {
        string folder = Directory.CreateTempSubdirectory("retrovue-ts-").FullName;
        try
        {
            string source = Path.Combine(folder, $"source.{container}");
            string[] quiet = video == "libx265" ? ["-x265-params", "log-level=error"] : [];
            FfmpegTool.Run(
                "ffmpeg",
                [
                    "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30000/1001", "-f", "lavfi", "-i", "sine=sample_rate=48000", "-t", "8",
                    "-c:v", video, .. quiet, "-bf", "2", "-g", "60", "-b:v", "600k", "-pix_fmt", "yuv420p", "-c:a", sound, "-ac", "2", source,
                ]);
            string target = Path.Combine(folder, "target.ts");
            ClockTime offset = ClockTime.FromSeconds(2);
            CollectingSink sink = await Mux(source, offset);
            ParsedStream parsed = ParsedStream.Parse(sink.Bytes);
            parsed.AssertCountersContinuous();
            await File.WriteAllBytesAsync(target, sink.Bytes.ToArray());

            // The decoder must be content too: a damaged parameter set shows only there.
            FfmpegTool.Run("ffmpeg", "-i", target, "-f", "null", "-");
            AssertTimes(source, target, offset);
            Assert.That(sink.Buffers.Count(buffer => buffer.Flags.HasFlag(BufferFlags.KeyFrame)), Is.GreaterThanOrEqualTo(4), "a key frame each 2 s");
            foreach ((int at, ClockTime _, ClockTime _, BufferFlags _) in sink.Buffers.Where(buffer => buffer.Flags.HasFlag(BufferFlags.KeyFrame)))
            {
                Assert.That(parsed.Packets[at / 188].Pid, Is.Zero, "the chunk begins with the tables");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertTimes(string source, string target, ClockTime offset)
    {
        ProbedPacket[] before = FfmpegTool.Packets(source);
        ProbedPacket[] after = FfmpegTool.Packets(target);
        (string Codec, Rational TimeBase, byte[] ExtraData)[] streams = FfmpegTool.Streams(source);
        for (int stream = 0; stream < streams.Length; stream++)
        {
            ProbedPacket[] expected = [.. before.Where(packet => packet.Stream == stream)];
            ProbedPacket[] actual = [.. after.Where(packet => packet.Stream == stream)];
            Assert.That(actual, Has.Length.EqualTo(expected.Length), streams[stream].Codec);
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.That(actual[i].Pts, Is.EqualTo(Stamp(expected[i].Pts)), $"PTS of {streams[stream].Codec} {i}");
                Assert.That(actual[i].Dts, Is.EqualTo(Stamp(expected[i].Dts)), $"DTS of {streams[stream].Codec} {i}");
                Assert.That(actual[i].IsKey, Is.EqualTo(expected[i].IsKey), $"key frame {i}");
            }

            long Stamp(long units) => (ClockTime.FromUnits(units, streams[stream].TimeBase) + offset).ToTicks(new Rational(1, 90_000));
        }
    }

    private static async Task<CollectingSink> Mux(string path, ClockTime offset)
    {
        var pipeline = new Pipeline();
        await using (pipeline)
        {
            ProbedFileSource source = pipeline.Add(new ProbedFileSource("source", path));
            TransportStreamMuxer muxer = pipeline.Add(new TransportStreamMuxer("muxer", offset: offset));
            CollectingSink sink = pipeline.Add(new CollectingSink("sink"));
            foreach (OutputPad output in source.Outputs)
            {
                pipeline.Link(output, muxer.AddTrack());
            }

            pipeline.Link(muxer, sink);
            await pipeline.RunAsync();
            return sink;
        }
    }
}
