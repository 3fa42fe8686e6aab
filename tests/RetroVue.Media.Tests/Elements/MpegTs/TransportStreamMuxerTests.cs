using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Elements.Flow;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.MpegTs;

public sealed class TransportStreamMuxerTests
{
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
            RunQuietly(
                [
                    "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30000/1001", "-f", "lavfi", "-i", "sine=sample_rate=48000", "-t", "8",
                    "-c:v", video, .. quiet, "-bf", "2", "-g", "60", "-b:v", "600k", "-pix_fmt", "yuv420p", "-c:a", sound, "-ac", "2", source,
                ]);
            string target = Path.Combine(folder, "target.ts");
            ClockTime offset = ClockTime.FromSeconds(2);
            ByteSink sink = await Mux(source, offset);
            ParsedStream parsed = ParsedStream.Parse(sink.Bytes);
            parsed.AssertCountersContinuous();
            await File.WriteAllBytesAsync(target, sink.Bytes.ToArray());

            // The decoder must not complain either: only the decoder notices a damaged parameter set.
            RunQuietly("-i", target, "-f", "null", "-");
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

    [Test]
    public void Packets_of_a_live_input_that_is_over_a_minute_late_are_written_without_a_discontinuity()
    {
        const int late = 70_000, step = 24;
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var format = new FormatChanged(new EncodedFormat("mp2", MediaKind.Audio));
        ClockTime[] times = [.. Enumerable.Range(0, 500).Select(n => ClockTime.FromMilliseconds(n * step))];
        ClockTime[] longer = [.. Enumerable.Range(0, 4000).Select(n => ClockTime.FromMilliseconds(n * step))];
        LiveScript behind = pipeline.Add(new LiveScript(
            "behind", executor.Clock, [(ClockTime.Zero, format), .. times.Select(time => (time + ClockTime.FromMilliseconds(late), (object)time))]));
        LiveScript ahead = pipeline.Add(new LiveScript("ahead", executor.Clock, [(ClockTime.Zero, format), .. longer.Select(time => (time, (object)time))]));
        TransportStreamMuxer muxer = pipeline.Add(new TransportStreamMuxer("muxer", offset: ClockTime.FromSeconds(2)));
        ByteSink sink = pipeline.Add(new ByteSink("sink"));
        pipeline.Link(behind.Outputs[0], muxer.AddTrack());
        pipeline.Link(ahead.Outputs[0], muxer.AddTrack());
        pipeline.Link(muxer, sink);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(200));
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(201));
        ParsedStream parsed = ParsedStream.Parse(sink.Bytes);
        parsed.AssertCountersContinuous();
        Assert.That((behind.Lost, ahead.Lost), Is.EqualTo((0, 0)));
        Assert.That(parsed.Packets.Count(packet => packet.IsDiscontinuous), Is.Zero);
        Assert.That(parsed.Pes.Min(pes => pes.Pts), Is.EqualTo(2 * 90_000));
        Assert.That(parsed.Pes.Sum(pes => pes.Payload.Count), Is.EqualTo(times.Length + longer.Length), "one byte for each packet");
    }

    /// <summary>Runs ffmpeg. It must succeed and print no error.</summary>
    private static void RunQuietly(params string[] arguments)
    {
        (int code, _, string complaints) = Tool.Run("ffmpeg", ["-hide_banner", "-v", "warning", .. arguments]);
        Assert.That(complaints, Is.Empty, string.Join(' ', arguments));
        Assert.That(code, Is.Zero, string.Join(' ', arguments));
    }

    private static void AssertTimes(string source, string target, ClockTime offset)
    {
        foreach (char kind in "va")
        {
            IReadOnlyList<ProbedPacket> expected = ProbedPacket.Read(source, kind), actual = ProbedPacket.Read(target, kind);
            Assert.That(expected, Is.Not.Empty);
            Assert.That(actual, Has.Count.EqualTo(expected.Count), $"packets of {kind}");
            for (int i = 0; i < actual.Count; i++)
            {
                Assert.That(actual[i].PtsTicks, Is.EqualTo(Stamp(expected[i].Pts)), $"PTS of {kind} {i}");
                Assert.That(actual[i].DtsTicks, Is.EqualTo(Stamp(expected[i].Dts)), $"DTS of {kind} {i}");
                Assert.That(actual[i].IsKey, Is.EqualTo(expected[i].IsKey), $"key frame {i}");
            }
        }

        long Stamp(ClockTime time) => (time + offset).ToTicks(new Rational(1, 90_000));
    }

    private static async Task<ByteSink> Mux(string path, ClockTime offset)
    {
        var pipeline = new Pipeline();
        await using (pipeline)
        {
            ProbedFileSource source = pipeline.Add(new ProbedFileSource("source", path));
            TransportStreamMuxer muxer = pipeline.Add(new TransportStreamMuxer("muxer", offset: offset));
            ByteSink sink = pipeline.Add(new ByteSink("sink"));
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
