using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// Some containers do not store when each picture is presented. The derived times equal those in a container that stores them.
/// </summary>
public sealed class DerivedTimesTests
{
    private const string Pictures = "-f lavfi -i testsrc=s=128x96:r=30000/1001 -t 4 -pix_fmt yuv420p -g 24 -c:v";

    private static readonly Dictionary<string, string> s_encoders = new(StringComparer.Ordinal)
    {
        ["x264"] = "libx264 -preset veryfast -bf 2",
        ["x264-pyramid"] = "libx264 -preset veryfast -bf 7 -b_strategy 0 -x264-params b-pyramid=normal:ref=4",
        ["x264-open"] = "libx264 -preset veryfast -bf 3 -b_strategy 0 -x264-params open-gop=1",
        ["x264-interlaced"] = "libx264 -preset veryfast -bf 2 -x264-params interlaced=1",
        ["x264-straight"] = "libx264 -preset veryfast -bf 0",
        ["x265"] = "libx265 -preset veryfast -x265-params log-level=none:bframes=3",
        ["x265-closed"] = "libx265 -preset veryfast -x265-params log-level=none:bframes=4:open-gop=0",
        ["mpeg4"] = "mpeg4 -bf 2",
        ["mpeg4-adaptive"] = "mpeg4 -bf 4 -b_strategy 1",
        ["mpeg2"] = "mpeg2video -bf 2",
        ["mpeg1"] = "mpeg1video -bf 2",
    };

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void H264_has_the_times_that_follow_from_its_order(
        [Values("x264", "x264-pyramid", "x264-open", "x264-interlaced", "x264-straight")] string encoder,
        [Values("h264", "avi", "asf", "vob", "ts")] string container) => AssertDerived(encoder, container);

    [Test]
    public void Hevc_has_the_times_that_follow_from_its_order(
        [Values("x265", "x265-closed")] string encoder, [Values("hevc", "avi", "ts")] string container) => AssertDerived(encoder, container);

    [Test]
    public void Mpeg2_has_the_times_that_follow_from_its_order(
        [Values("m2v", "avi", "asf", "vob", "ts")] string container) => AssertDerived("mpeg2", container);

    [Test]
    public void Mpeg4_has_the_times_that_follow_from_its_order([Values("mpeg4", "mpeg4-adaptive")] string encoder) => AssertDerived(encoder, "avi", "mp4", "mkv");

    // FFmpeg itself gives a wrong time for MPEG-1 in a raw stream or an AVI: the first picture is presented when it is decoded, a frame too
    // early.
    [Test]
    public void Mpeg1_has_the_times_that_follow_from_its_order([Values("asf", "vob", "ts")] string container) => AssertDerived("mpeg1", container);

    [Test]
    public void Second_field_of_a_broadcast_has_its_time_half_a_frame_after_the_first([Values("one packet", "packets of their own")] string fields)
    {
        string file = Path.Combine(MadeMedia.Folder, $"derived-fields-{fields.Length}.ts");
        WriteFields(file, areApart: fields != "one packet");
        Assert.That(
            ProbedPacket.Read(file, 'v').Select((packet, at) => packet.Pts.IsNone == (at % 2 == 1)), Is.All.True, "only the first fields have times");
        AssertFields(Demuxing.Run(file));
        foreach (string target in new[] { "mp4", "mkv", "own.ts" })
        {
            Assert.That(Copying.To(file, target), Does.Exist);
        }

        AssertFields(Demuxing.Run(Copying.To(file, "mp4")));
        AssertFields(Demuxing.Run(Copying.To(file, "own.ts")));
        Assert.That(MediaProbe.Probe(file).HasUntimedPictures, Is.False);
    }

    private static void AssertFields(Demuxing read)
    {
        Assert.That(read.Video, Has.Length.EqualTo(96));
        Assert.That(read.Video.Select(field => field.Dts), Is.Ordered.And.Unique);
        Assert.That(read.Video.Where(field => field.Dts > field.Pts), Is.Empty);
        long[] shown = [.. read.Video.Select(field => field.Pts.Nanoseconds).Order()];
        Assert.That(shown.Zip(shown.Skip(1), (a, b) => b - a), Is.All.EqualTo(20_000_000L).Within(11_112));
    }

    /// <summary>Writes a transport stream in which the second fields have no times.</summary>
    private static void WriteFields(string file, bool areApart)
    {
        var format = new EncodedFormat("h264", MediaKind.Video)
        {
            ParameterSets = FieldPictures.ParameterSets,
            ReorderDepth = 1,
            Video = new VideoFormat(PixelFormat.Yuv420P, 32, 32, new Rational(25, 1)) { Interlacing = Interlacing.TopFieldFirst },
        };
        var bytes = new MemoryStream();
        var muxer = new TransportStreamMuxer("muxer", offset: ClockTime.FromSeconds(10));
        muxer.AddTrack();
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            var source = pipeline.Add(new ScriptedSource(Script()));
            pipeline.Link(source, pipeline.Add(muxer));
            pipeline.Link(muxer, pipeline.Add(new CollectingSink("bytes", chunk => bytes.Write(chunk.Data))));
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }

        File.WriteAllBytes(file, areApart ? WithoutEverySecondTime(bytes.ToArray()) : bytes.ToArray());

        IEnumerable<object> Script()
        {
            yield return new FormatChanged(format);
            yield return Segment.Default;
            foreach (var ((first, second, shown, isKey), at) in FieldPictures.Frames(48).Select((frame, at) => (frame, at)))
            {
                if (areApart)
                {
                    yield return Packet(first, at * 2, (shown + 1) * 2, isKey);
                    yield return Packet(second, (at * 2) + 1, ((shown + 1) * 2) + 1, false);
                }
                else
                {
                    yield return Packet([.. first, .. second], at * 2, (shown + 1) * 2, isKey);
                }
            }
        }

        static MediaBuffer Packet(byte[] data, int decoded, int shown, bool isKey)
        {
            var buffer = MediaBuffer.Create(HeapMemory.Copy(data));
            (buffer.Dts, buffer.Pts) = (ClockTime.FromMilliseconds(20 * decoded), ClockTime.FromMilliseconds(20 * shown));
            buffer.Flags = isKey ? BufferFlags.KeyFrame : BufferFlags.None;
            return buffer;
        }
    }

    /// <summary>Removes PTS and DTS from every second PES packet and puts stuffing in their place.</summary>
    private static byte[] WithoutEverySecondTime(byte[] stream)
    {
        foreach (int pes in PesStamps.Find(stream, 0xE0).Where((_, at) => at % 2 == 1).ToList())
        {
            PesStamps.Remove(stream, pes);
        }

        return stream;
    }

    private static void AssertDerived(string encoder, string container) => AssertDerived(encoder, container, "mp4", "mkv", "own.ts");

    private static void AssertDerived(string encoder, string container, params string[] targets)
    {
        string source = MadeMedia.Make($"derived-{encoder}.mp4", $"{Pictures} {s_encoders[encoder]}");
        string format = container switch { "vob" => "-f vob", "m2v" => "-f mpeg2video", _ => "" };
        string filter = encoder.StartsWith("x264", StringComparison.Ordinal) ? "-bsf:v h264_mp4toannexb" : "";
        string file = MadeMedia.Make($"derived-{encoder}.{container}", $"-i {source} -c copy {filter} {format}");
        Demuxing right = Demuxing.Run(source), derived = Demuxing.Run(file);
        AssertSameSteps(right, derived);
        foreach (string target in targets)
        {
            AssertSameSteps(right, Demuxing.Run(Copying.To(file, target)));
        }
    }

    private static void AssertSameSteps(Demuxing right, Demuxing derived)
    {
        Assert.That(derived.Video.Select(packet => packet.Pts), Has.None.EqualTo(ClockTime.None));
        Assert.That(derived.Video.Select(packet => packet.Dts), Is.Ordered.And.Unique);
        Assert.That(derived.Video.Where(packet => packet.Dts > packet.Pts), Is.Empty);
        Assert.That(derived.Video, Has.Length.EqualTo(right.Video.Length));
        // The times are rounded to ticks of 90 kHz and of a millisecond, each twice.
        Assert.That(
            derived.Video.Select(packet => (packet.Pts - derived.Video[0].Pts).Nanoseconds),
            Is.EqualTo(right.Video.Select(packet => (packet.Pts - right.Video[0].Pts).Nanoseconds)).Within(2_000_000L));
    }
}
