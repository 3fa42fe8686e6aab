using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Formats;

public sealed unsafe class CodecParametersTests
{
    [Test]
    public void Video_format_survives_the_way_to_ffmpeg_and_back()
    {
        var format = new EncodedFormat("h264", MediaKind.Video)
        {
            Profile = "High",
            Level = 31,
            ParameterSets = new byte[] { 1, 100, 0, 31, 255 },
            BitRate = 1_500_000,
            Video = new VideoFormat(PixelFormat.Yuv420P, 720, 576, new Rational(25, 1))
            {
                SampleAspectRatio = new Rational(64, 45),
                Interlacing = Interlacing.TopFieldFirst,
                Color = new ColorDescription("tv", "bt470bg", "bt709", "smpte170m"),
            },
        };
        AssertSame(format);
    }

    [TestCase("mono", 1)]
    [TestCase("stereo", 2)]
    [TestCase("5.1", 6)]
    [TestCase("7.1", 8)]
    public void Audio_format_survives_the_way_to_ffmpeg_and_back(string layout, int channels)
    {
        var format = new EncodedFormat("aac", MediaKind.Audio)
        {
            Profile = "LC",
            ParameterSets = new byte[] { 0x12, 0x10 },
            BitRate = 128_000,
            InitialPadding = 1024,
            FrameSize = 1024,
            Audio = new AudioFormat(SampleFormat.F32Planar, 44100, new ChannelLayout(layout, channels)),
        };
        AssertSame(format);
    }

    [Test]
    public void Every_pixel_and_sample_format_has_its_counterpart()
    {
        foreach (var format in Enum.GetValues<PixelFormat>())
        {
            Assert.That(FormatNames.ToPixelFormat(FormatNames.ToNative(format), out _), Is.EqualTo(format));
        }

        foreach (var format in Enum.GetValues<SampleFormat>())
        {
            Assert.That(FormatNames.ToSampleFormat(FormatNames.ToNative(format)), Is.EqualTo(format));
        }
    }

    [Test]
    public void Colour_that_is_not_stated_stays_so()
    {
        var format = new EncodedFormat("hevc", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P10Le, 16, 16, new Rational(50, 1)) };
        Assert.That(ThereAndBack(format).Video!.Color, Is.EqualTo(default(ColorDescription)));
    }

    [Test]
    public void Unknown_codec_and_layout_are_named()
    {
        Assert.That(() => ThereAndBack(new EncodedFormat("nonesuch", MediaKind.Video)), Throws.TypeOf<FFmpegException>().With.Message.Contains("nonesuch"));
        var format = new EncodedFormat("aac", MediaKind.Audio) { Audio = new AudioFormat(SampleFormat.F32Planar, 48000, new ChannelLayout("nowhere", 2)) };
        Assert.That(() => ThereAndBack(format), Throws.TypeOf<FFmpegException>().With.Message.Contains("nowhere"));
    }

    // The format that comes back also has FFmpeg's own values. The original was made without them, so they are left out of the comparison.
    private static void AssertSame(EncodedFormat format)
    {
        var back = ThereAndBack(format);
        Assert.That(back.ProfileNumber, Is.Not.Null);
        Assert.That(back with { ProfileNumber = null, Declared = null }, Is.EqualTo(format));
    }

    private static EncodedFormat ThereAndBack(EncodedFormat format)
    {
        using var parameters = new CodecParametersHandle();
        CodecParameters.Write(format, parameters.Pointer);
        // Before FFmpeg 6.1, the parameters have no field for a frame rate.
        return CodecParameters.Read(parameters.Pointer, format.Video?.FrameRate ?? default);
    }
}
