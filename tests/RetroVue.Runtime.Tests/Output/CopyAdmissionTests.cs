using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output;

public sealed class CopyAdmissionTests
{
    private static readonly VideoFormat s_picture = new(PixelFormat.Yuv420P, 640, 360, new Rational(25, 1));
    private static readonly AudioFormat s_sound = new(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo);
    private static readonly EncodedFormat s_video = new("mpeg2video", MediaKind.Video) { Profile = "Main", Video = s_picture };
    private static readonly EncodedFormat s_audio = new("mp2", MediaKind.Audio) { Audio = s_sound };

    private static readonly CopyCandidate s_usual = new("a", s_video, s_audio, ClockTime.FromSeconds(2));

    private static IEnumerable<TestCaseData> Unlike()
    {
        yield return Case("codec", s_usual with { Video = s_video with { Codec = "mpeg1video" } }, "has mpeg1video Main pictures; the channel has mpeg2video Main pictures");
        yield return Case("profile", s_usual with { Video = s_video with { Profile = "High" } }, "has mpeg2video High pictures; the channel has mpeg2video Main pictures");
        yield return Case("size", With(s_picture with { Width = 720, Height = 576 }), "has 720x576 pictures; the channel has 640x360 pictures");
        yield return Case("shape", With(s_picture with { SampleAspectRatio = new Rational(32, 24) }), "has pixels of shape 4/3; the channel has pixels of shape 1/1");
        yield return Case("rate", With(s_picture with { FrameRate = new Rational(30, 1) }), "has 30/1 frames per second; the channel has 25/1 frames per second");
        yield return Case("fields", With(s_picture with { Interlacing = Interlacing.BottomFieldFirst }), "has interlaced pictures, bottom field first; the channel has progressive pictures");
        yield return Case("range", With(s_picture with { Color = new ColorDescription("pc", null, null, null) }), "has full range; the channel has limited range");
        yield return Case("matrix", With(s_picture with { Color = new ColorDescription(null, null, null, "bt709") }), "has the matrix bt709; the channel has the matrix smpte170m");
        yield return Case("primaries", With(s_picture with { Color = new ColorDescription(null, "smpte432", null, null) }), "has the primaries smpte432; the channel has the primaries smpte170m");
        yield return Case("curve", With(s_picture with { Color = new ColorDescription(null, null, "arib-std-b67", null) }), "has the transfer arib-std-b67; the channel has the transfer bt709");
        yield return Case("turned", With(s_picture with { Orientation = Orientation.TurnRight }), "has rotated or mirrored pictures, which a transport stream cannot declare");
        yield return Case("sound codec", s_usual with { Audio = s_audio with { Codec = "mp3" } }, "has mp3 sound; the channel has mp2 sound");
        yield return Case("sampling", With(s_sound with { SampleRate = 44_100 }), "has sound at 44100 Hz; the channel has sound at 48000 Hz");
        yield return Case("layout", With(s_sound with { Layout = ChannelLayout.Mono }), "has mono sound; the channel has stereo sound");
        yield return Case("unknown", With(s_sound with { SampleRate = 0 }), "has mp2 sound without known parameters, because there is none near the file's beginning; the channel has mp2 sound");
        yield return Case("no sound", s_usual with { Audio = null }, "has no sound; the channel has mp2 sound");
        yield return Case("no picture", s_usual with { Video = null }, "has no picture; the channel has mpeg2video Main pictures");
        yield return Case("key frames", s_usual with { KeyFrameInterval = ClockTime.FromMilliseconds(4_100) }, "has key frames up to 4.1 s apart; the maximum is 4 s");
        yield return Case("not for TS", s_usual with { Video = s_video with { Codec = "vp9" } }, "is encoded as vp9, which a transport stream cannot carry");
        yield return Case("untimed", s_usual with { HasUntimedPictures = true }, "does not contain the time of each picture, and the times cannot be derived; encode it again, or transcode the channel");
        yield return Case("nothing", s_usual with { Video = null, Audio = null }, "has neither picture nor sound");

        static TestCaseData Case(string name, CopyCandidate candidate, string reason) =>
            new TestCaseData(candidate, reason).SetArgDisplayNames(name);
    }

    private static CopyCandidate With(VideoFormat picture) => s_usual with { Video = s_video with { Video = picture } };

    private static CopyCandidate With(AudioFormat sound) => s_usual with { Audio = s_audio with { Audio = sound } };

    [TestCaseSource(nameof(Unlike))]
    public void Admission_of_an_unlike_file_says_what_does_not_fit(CopyCandidate unlike, string reason)
    {
        CopyAdmission admission = CopyAdmission.Decide([unlike with { File = "b" }, s_usual, s_usual with { File = "c" }]);
        Assert.That(admission.Formats, Is.EqualTo(new ChannelFormats(s_video, s_audio)));
        Assert.That(admission.Refused, Is.EqualTo(new[] { new CopyRefusal("b", reason) }));
    }

    [Test]
    public void Admission_of_files_of_one_kind_refuses_none_and_takes_the_first_ones_streams()
    {
        // Bit rates and parameter sets may differ, because they are in the stream.
        CopyCandidate first = s_usual with { Video = s_video with { BitRate = 1_000_000 } };
        CopyAdmission admission = CopyAdmission.Decide([first, s_usual with { File = "b", KeyFrameInterval = ClockTime.FromSeconds(4) }]);
        Assert.That(admission.Refused, Is.Empty);
        Assert.That(admission.Formats!.Video, Is.EqualTo(first.Video));
    }

    // If a file does not declare a colour property, players assume a value: for this size limited range, and BT.601 of one of its two
    // kinds.
    [TestCase("tv", null, null, null)]
    [TestCase(null, "bt470bg", "smpte170m", "bt470bg")]
    [TestCase("tv", "smpte170m", "bt709", "smpte170m")]
    public void Admission_takes_what_is_said_and_what_goes_without_saying_as_one(string? range, string? primaries, string? transfer, string? matrix) =>
        Assert.That(
            CopyAdmission.Decide([s_usual, With(s_picture with { Color = new ColorDescription(range, primaries, transfer, matrix) })]).Refused,
            Is.Empty);

    [Test]
    public void Admission_of_two_kinds_as_frequent_goes_by_the_first() =>
        Assert.That(
            CopyAdmission.Decide([s_usual, With(s_sound with { SampleRate = 44_100 }) with { File = "b" }]).Refused.Single().File,
            Is.EqualTo("b"));

    [Test]
    public void Admission_of_a_file_whose_key_frames_are_not_known_is_not_refused_for_them() =>
        Assert.That(CopyAdmission.Decide([s_usual with { KeyFrameInterval = ClockTime.None }]).Refused, Is.Empty);

    [TestCase(2997, 100, 30000, 1001)]
    [TestCase(30000, 1001, 19001, 634)]
    [TestCase(2997, 125, 24000, 1001)]
    [TestCase(50, 2, 25, 1)]
    public void Admission_takes_rates_within_ten_millionths_for_one(int numerator, int denominator, int otherNumerator, int otherDenominator)
    {
        CopyCandidate one = With(s_picture with { FrameRate = new Rational(numerator, denominator) });
        CopyCandidate other = With(s_picture with { FrameRate = new Rational(otherNumerator, otherDenominator) }) with { File = "b" };
        Assert.That(CopyAdmission.Decide([one, other]).Refused, Is.Empty);
        Assert.That(CopyAdmission.Decide([other, one]).Refused, Is.Empty);
    }

    [TestCase(24, 1, 24000, 1001)]
    [TestCase(25, 1, 25001, 1000)]
    public void Admission_tells_rates_further_apart(int numerator, int denominator, int otherNumerator, int otherDenominator)
    {
        CopyCandidate one = With(s_picture with { FrameRate = new Rational(numerator, denominator) });
        CopyCandidate other = With(s_picture with { FrameRate = new Rational(otherNumerator, otherDenominator) }) with { File = "b" };
        Assert.That(CopyAdmission.Decide([one, other]).Refused.Single().File, Is.EqualTo("b"));
    }

    [Test]
    public void Admission_takes_pixels_of_unknown_shape_for_square_ones() =>
        Assert.That(CopyAdmission.Decide([s_usual, With(s_picture with { SampleAspectRatio = new Rational(0, 1) })]).Refused, Is.Empty);

    [Test]
    public void Admission_of_nothing_has_no_formats() => Assert.That(CopyAdmission.Decide([]).Formats, Is.Null);

    [Test]
    public void Admission_of_unusable_files_alone_has_no_formats_and_refuses_them()
    {
        CopyAdmission admission = CopyAdmission.Decide([s_usual with { Video = null, Audio = null }]);
        Assert.That(admission.Formats, Is.Null);
        Assert.That(admission.Refused, Has.Length.EqualTo(1));
    }
}
