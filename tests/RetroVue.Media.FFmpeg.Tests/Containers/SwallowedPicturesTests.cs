using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// In a transport stream, pictures of another codec follow on the same PID. They are noticed soon, and not collected until the file ends.
/// </summary>
public sealed class SwallowedPicturesTests
{
    private const string Sound = "-f lavfi -i sine=r=48000 -c:a aac -ac 2 -pix_fmt yuv420p -bf 0 -muxdelay 0";

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Pictures_of_another_codec_are_seen_within_seconds([Values("h264", "hevc")] string codec, [Values("", "-mpegts_m2ts_mode 1")] string packets)
    {
        string file = Joined(codec, packets);
        ProbedMedia probed = MediaProbe.Probe(file);
        Assert.That(probed.Changes, Is.Not.Empty);
        Assert.That(probed.Changes[0].Format.Codec, Is.EqualTo(codec));
        Assert.That(probed.Changes[0].At.ToTimeSpan().TotalSeconds, Is.EqualTo(5.1).Within(0.1));
        (int[] sizes, ClockTime[] times) = Pictures(file);
        Assert.That(sizes.Length, Is.InRange(129, 140), "124 pictures, and a few of the other codec");
        Assert.That(sizes.Max(), Is.LessThan(new FileInfo(file).Length / 5));
        Assert.That(times, Is.Ordered);
        Assert.That(times[^1], Is.GreaterThan(ClockTime.FromSeconds(15)));
    }

    [Test]
    public void Pictures_far_apart_are_as_they_are([Values("mpeg2video", "libx264", "libx265 -x265-params log-level=none")] string codec)
    {
        string file = MadeMedia.Make(
            $"rare-{codec.GetHashCode(StringComparison.Ordinal):x}.ts",
            $"-f lavfi -i testsrc2=s=320x180:r=25 {Sound} -t 30 -b:a 320k -c:v {codec} -g 12 -vf select='lt(mod(t\\,10)\\,1)' -vsync passthrough");
        Demuxing demuxed = Demuxing.Run(file);
        Assert.That(demuxed.Video, Has.Length.EqualTo(75));
        Assert.That(demuxed.Video.Select(packet => packet.Pts), Is.Unique);
        Assert.That(MediaProbe.Probe(file).Changes, Is.Empty);
    }

    private static string Joined(string codec, string packets)
    {
        string second = codec == "h264" ? "libx264 -preset ultrafast" : "libx265 -preset ultrafast -x265-params log-level=none";
        string path = Path.Combine(MadeMedia.Folder, $"swallowed-{codec}{packets.Length}.ts");
        string[] parts =
        [
            MadeMedia.Make($"swallowed-1{packets.Length}.ts", $"-f lavfi -i testsrc2=s=320x180:r=25 {Sound} -t 5 -c:v mpeg2video {packets}"),
            MadeMedia.Make($"swallowed-2-{codec}{packets.Length}.ts", $"-f lavfi -i testsrc2=s=320x180:r=25 {Sound} -t 15 -c:v {second} -g 25 -output_ts_offset 5.1 {packets}"),
        ];
        File.WriteAllBytes(path, [.. parts.SelectMany(File.ReadAllBytes)]);
        return path;
    }

    private static (int[] Sizes, ClockTime[] Times) Pictures(string file)
    {
        List<int> sizes = [];
        List<ClockTime> times = [];
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var demuxer = pipeline.Add(new FileDemuxer("demuxer", file));
        demuxer.Open();
        pipeline.Link(demuxer.VideoOutput!, pipeline.Add(new CollectingSink("pictures", packet =>
        {
            sizes.Add(packet.Data.Length);
            times.Add(packet.Pts);
        })).Inputs[0]);
        pipeline.Link(demuxer.AudioOutput!, pipeline.Add(new CollectingSink("sound")).Inputs[0]);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        return ([.. sizes], [.. times]);
    }
}
