using RetroVue.Media.Elements.Coded;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>What is read of parameter sets is what FFmpeg reads of them.</summary>
public sealed class CodedChangesTests
{
    private const string H264 = "-c:v libx264 -preset veryfast";
    private const string Hevc = "-c:v libx265 -preset veryfast -x265-params log-level=none";
    private const string Mpeg2 = "-c:v mpeg2video";

    [TestCase("h264", H264, "-s 322x182")]
    [TestCase("h264", H264, "-s 322x182 -pix_fmt yuv444p")]
    [TestCase("h264", H264, "-pix_fmt yuv422p10le -vf setsar=16/11")]
    [TestCase("h264", H264, "-vf setsar=123/100 -profile:v baseline")]
    [TestCase("h264", H264, "-colorspace bt2020nc -color_trc smpte2084 -color_primaries bt2020 -color_range pc -x264opts cqm=jvt")]
    [TestCase("h264", H264, "-flags +ildct+ilme -x264opts tff=1 -s 320x176")]
    [TestCase("h264", H264, "-bf 3 -refs 4 -x264opts cqm=jvt -color_range pc -profile:v main")]
    [TestCase("hevc", Hevc, "-s 328x184")]
    [TestCase("hevc", Hevc, "-s 322x182 -pix_fmt yuv444p")]
    [TestCase("hevc", Hevc, "-pix_fmt yuv420p10le -vf setsar=16/11")]
    [TestCase("hevc", $"{Hevc}:scaling-list=default:ref=5:bframes=4", "-color_range pc -vf setsar=123/100")]
    [TestCase("hevc", $"{Hevc}:temporal-layers=3", "-colorspace bt2020nc -color_trc arib-std-b67 -color_primaries bt2020 -pix_fmt yuv420p10le")]
    [TestCase("mpeg2", Mpeg2, "-s 352x288 -r 50")]
    [TestCase("mpeg2", Mpeg2, "-aspect 16:9 -s 352x288")]
    [TestCase("mpeg2", Mpeg2, "-profile:v 0 -pix_fmt yuv422p")]
    public void Parameter_sets_are_read_as_FFmpeg_reads_them(string codec, string encoder, string settings)
    {
        foreach (string container in new[] { "ts", "mkv" })
        {
            EncodedFormat plain = FormatOf(codec, encoder, "", container), other = FormatOf(codec, encoder, settings, container);
            var changes = new CodedChanges();
            Assert.That(changes.Expect(plain), Is.Null);
            Assert.That(changes.Expect(plain with { BitRate = 1 }), Is.Null, "the same again");
            EncodedFormat changed = changes.Expect(other)!;
            VideoFormat read = changed.Video!, wanted = other.Video!;
            Assert.That(changed.Profile, Is.EqualTo(other.Profile), "profile");
            Assert.That((read.Width, read.Height), Is.EqualTo((wanted.Width, wanted.Height)), "size");
            Assert.That(read.SampleAspectRatio.Reduce(), Is.EqualTo(wanted.SampleAspectRatio.Reduce()), "shape");
            Assert.That(read.Color.Assumed(1, 1), Is.EqualTo(wanted.Color.Assumed(1, 1)), "colour");
            Assert.That(read.FrameRate, Is.EqualTo(settings.Contains("-r 50", StringComparison.Ordinal) ? new Rational(50, 1) : plain.Video!.FrameRate), "rate");
        }
    }

    private static EncodedFormat FormatOf(string codec, string encoder, string settings, string container)
    {
        string name = $"sets-{codec}-{(encoder + settings).GetHashCode(StringComparison.Ordinal):x}.{container}";
        string path = MadeMedia.Make(name, $"-f lavfi -i testsrc2=s=320x180:r=25,format=yuv420p -frames:v 6 {encoder} {settings}");
        return MediaProbe.Probe(path).Info.Video!.Format;
    }
}
