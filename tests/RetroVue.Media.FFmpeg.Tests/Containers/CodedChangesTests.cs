using RetroVue.Media.Elements.Coded;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>The library reads the same values from parameter sets as FFmpeg does.</summary>
public sealed class CodedChangesTests
{
    private const string H264 = "-c:v libx264 -preset veryfast";
    private const string Hevc = "-c:v libx265 -preset veryfast -x265-params log-level=none";
    private const string Mpeg2 = "-c:v mpeg2video";

    private static readonly (string Codec, int[] Rates, string[] Settings)[] s_sounds =
    [
        ("aac", [48_000, 44_100, 22_050], ["64k", "192k"]),
        ("mp2", [48_000, 44_100, 22_050], ["64k", "128k"]),
        ("mp3", [48_000, 44_100, 22_050, 11_025], ["32k", "64k"]),
        ("ac3", [48_000, 44_100, 32_000], ["96k", "192k"]),
        ("eac3", [48_000, 44_100, 32_000], ["96k", "192k"]),
    ];

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
            Assert.That(changes.Expect(plain with { BitRate = 1 }), Is.Null, "the same format again is no change");
            EncodedFormat changed = changes.Expect(other)!;
            VideoFormat read = changed.Video!, wanted = other.Video!;
            Assert.That(changed.Profile, Is.EqualTo(other.Profile), "profile");
            Assert.That((read.Width, read.Height), Is.EqualTo((wanted.Width, wanted.Height)), "size");
            Assert.That(read.SampleAspectRatio.Reduce(), Is.EqualTo(wanted.SampleAspectRatio.Reduce()), "shape");
            Assert.That(read.Color.Assumed(1, 1), Is.EqualTo(wanted.Color.Assumed(1, 1)), "colour");
            Assert.That(read.FrameRate, Is.EqualTo(settings.Contains("-r 50", StringComparison.Ordinal) ? new Rational(50, 1) : plain.Video!.FrameRate), "rate");
        }
    }

    // The sound is cut at any place, as the reader of a transport stream cuts it if it does not know the frames.
    [Test]
    public void Sound_of_another_codec_is_seen_however_it_is_cut() => RandomCases.Run(60, random =>
    {
        (string codec, int[] rates, string[] settings) = s_sounds[random.Next(s_sounds.Length)];
        string[] others = [.. s_sounds.Select(sound => sound.Codec).Where(other => Family(other) != Family(codec))];
        (string other, int rate, string setting, int channels) =
            (others[random.Next(others.Length)], rates[random.Next(rates.Length)], settings[random.Next(settings.Length)], random.Next(1, 3));
        string path = MadeMedia.Make(
            $"sound-{codec}-{rate}-{channels}-{setting}.{(codec == "aac" ? "adts" : codec)}", $"-f lavfi -i sine=r={rate} -t 2 -ac {channels} -c:a {(codec == "mp3" ? "libmp3lame" : codec)} -b:a {setting}");
        byte[] bytes = File.ReadAllBytes(path);
        var changes = new CodedChanges();
        changes.Expect(new EncodedFormat(other, MediaKind.Audio) { Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo) });
        EncodedFormat? seen = null;
        for (int at = random.Next(bytes.Length / 2), length; seen is null && at < bytes.Length; at += length)
        {
            length = Math.Min(random.Next(400, 6000), bytes.Length - at);
            seen = changes.Next(bytes.AsSpan(at, length), isKeyFrame: true);
        }

        Assert.That((seen?.Codec, seen?.Audio?.SampleRate, seen?.Audio?.Layout.Channels), Is.EqualTo((codec, rate, channels)), $"{path} for {other}");
        // If several frames follow one another in one packet, their lengths are enough to recognize the codec.
        changes = new CodedChanges();
        changes.Expect(new EncodedFormat(other, MediaKind.Audio) { Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo) });
        Assert.That(changes.Next(bytes.AsSpan(3), isKeyFrame: true)?.Codec, Is.EqualTo(codec), $"{path} in one for {other}");
    });

    // A bit error can leave such a picture: the header of a slice looks like a unit of another codec.
    [Test]
    public void Picture_of_MPEG_2_with_a_damaged_slice_is_no_other_codec() => RandomCases.Run(300, random =>
    {
        (byte First, byte Second)[] units = [(0x67, 66), (0x67, 100), (0x40, 1), (0x42, 1), (0x44, 1), (0x68, 0xCE)];
        byte[] bytes = File.ReadAllBytes(MadeMedia.Make("damaged.m2v", "-f lavfi -i testsrc2=s=320x180:r=25 -frames:v 6 -c:v mpeg2video"));
        int[] places = [.. Enumerable.Range(0, bytes.Length - 5).Where(at => bytes.AsSpan(at, 3).SequenceEqual("\0\0\u0001"u8) && bytes[at + 3] is > 0 and < 0xB0)];
        int place = places[random.Next(places.Length)];
        (bytes[place + 3], bytes[place + 4]) = units[random.Next(units.Length)];
        var changes = new CodedChanges();
        changes.Expect(new EncodedFormat("mpeg2video", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P, 320, 180, new Rational(25, 1)) });
        Assert.That(changes.Next(bytes, isKeyFrame: false), Is.Null);
    });

    private static string Family(string codec) => codec switch { "mp2" or "mp3" => "mpeg", "ac3" or "eac3" => "ac3", _ => codec };

    private static EncodedFormat FormatOf(string codec, string encoder, string settings, string container)
    {
        string name = $"sets-{codec}-{(encoder + settings).GetHashCode(StringComparison.Ordinal):x}.{container}";
        string path = MadeMedia.Make(name, $"-f lavfi -i testsrc2=s=320x180:r=25,format=yuv420p -frames:v 6 {encoder} {settings}");
        return MediaProbe.Probe(path).Info.Video!.Format;
    }
}
