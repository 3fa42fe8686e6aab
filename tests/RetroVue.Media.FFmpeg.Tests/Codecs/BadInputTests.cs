using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Codecs;

/// <summary>Damaged and impossible input is counted or gets a clear error. It never ends the process.</summary>
[LeakCheck]
public sealed class BadInputTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Flipped_bits_in_pictures_are_counted_and_decoding_goes_on(int seed)
    {
        using var packets = VideoCodingTests.Encode(new Rational(25, 1), 100, 0, VideoCodingTests.H264() with { GopDuration = ClockTime.FromSeconds(1), BFrames = 2 });
        var decoder = new Decoder("decoder");
        using var pictures = Recording.Of(new ScriptedSource(Damaged(packets, new Random(seed), until: 60)), decoder);
        Assert.That(decoder.CorruptFrames, Is.GreaterThan(0));
        // The last 25 pictures are whole, from the key frame of picture 75 on.
        Assert.That(pictures.Numbers().TakeLast(25), Is.EqualTo(Enumerable.Range(75, 25)));
        Assert.That(pictures.Pts.TakeLast(25), Is.EqualTo(Enumerable.Range(75, 25).Select(n => ClockTime.FromUnits(n, new Rational(1, 25)))));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Flipped_bits_in_sound_are_counted_and_time_goes_on(int seed)
    {
        using var packets = Recording.Of(AudioCodingTests.Tone(0, 3, 1024, 48_000), new Encoder("encoder", new EncoderOptions { Codec = "aac" }));
        var decoder = new Decoder("decoder");
        using var sound = Recording.Of(new ScriptedSource(Damaged(packets, new Random(seed), until: 100)), decoder);
        Assert.That(decoder.CorruptFrames, Is.GreaterThan(0));
        Assert.That(sound.Buffers[^1].End, Is.EqualTo(ClockTime.FromSeconds(3)));
    }

    [TestCase("h264")]
    [TestCase("aac")]
    [TestCase("mp2")]
    [TestCase("mpeg2video")]
    [TestCase("hevc")]
    [TestCase("opus")]
    public void Garbage_gives_nothing_and_no_error(string codec)
    {
        const int packets = 200;
        var random = new Random(7);
        bool isVideo = codec is "h264" or "hevc" or "mpeg2video";
        var format = new EncodedFormat(codec, isVideo ? MediaKind.Video : MediaKind.Audio)
        {
            Video = isVideo ? new VideoFormat(PixelFormat.Yuv420P, 640, 360, new Rational(25, 1)) : null,
            Audio = isVideo ? null : new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo),
        };
        IEnumerable<object> Script()
        {
            yield return new FormatChanged(format);
            for (int i = 0; i < packets; i++)
            {
                var bytes = new byte[random.Next(0, 3000)];
                random.NextBytes(bytes);
                var buffer = MediaBuffer.Create(HeapMemory.Copy(bytes));
                buffer.Pts = i % 5 == 0 ? ClockTime.None : ClockTime.FromMilliseconds(random.Next(-1000, 100_000));
                yield return buffer;
            }
        }

        var decoder = new Decoder("decoder");
        using var recording = Recording.Of(new ScriptedSource(Script()), decoder);
        // The decoder of MPEG-2 skips bytes without a start code and reports no error.
        Assert.That(decoder.CorruptFrames, codec == "mpeg2video" ? Is.Zero : Is.GreaterThan(0));
        // Most bytes are valid Opus: a packet that is not counted as corrupt is sound.
        Assert.That(recording.Buffers, Has.Count.LessThanOrEqualTo(codec == "opus" ? packets - decoder.CorruptFrames : 0));
    }

    [Test]
    public void Absent_decoder_is_named_with_the_package()
    {
        var exception = Assert.Throws<ElementException>(
            () => Recording.Of(new ScriptedSource([new FormatChanged(new EncodedFormat("nosuchcodec", MediaKind.Video))]), new Decoder("decoder")).Dispose());
        Assert.That(exception!.InnerException, Is.InstanceOf<CodecNotFoundException>());
        Assert.That(exception.Message, Does.Contain("'decoder'").And.Contain("'nosuchcodec'").And.Contain("libavcodec-extra"));
    }

    [Test]
    public void Absent_encoder_is_named_with_the_package()
    {
        var exception = Assert.Catch(
            () => Recording.Of(VideoCodingTests.Source(new Rational(25, 1), 1, 0), new Encoder("encoder", new EncoderOptions { Codec = "nosuchcodec" })).Dispose());
        Assert.That(exception!.Message, Does.Contain("'nosuchcodec'").And.Contain("libavcodec-extra"));
    }

    [Test]
    public void Unknown_setting_of_an_encoder_is_named()
    {
        var options = VideoCodingTests.H264() with { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["colour-of-the-sky"] = "blue" } };
        var exception = Assert.Catch(() => VideoCodingTests.Encode(new Rational(25, 1), 1, 0, options).Dispose());
        Assert.That(exception!.Message, Does.Contain("colour-of-the-sky"));
    }

    [Test]
    public void Encoder_refuses_a_format_it_cannot_take_and_names_one_it_can()
    {
        var exception = Assert.Catch(
            () => Recording.Of(AudioCodingTests.Tone(0, 1, 1024, 48_000, SampleFormat.S16), new Encoder("encoder", new EncoderOptions { Codec = "aac" })).Dispose());
        Assert.That(exception!.Message, Does.Contain("s16").And.Contain("f32planar"));
    }

    private static IEnumerable<object> Damaged(Recording packets, Random random, int until)
    {
        int n = 0;
        foreach (object item in packets.Script())
        {
            if (item is MediaBuffer shared && n++ < until && random.Next(3) == 0)
            {
                var buffer = shared.MakeMemoryWritable();
                var bytes = buffer.Memory.WritablePlane(0);
                for (int i = 0; i < 20; i++)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                yield return buffer;
            }
            else
            {
                yield return item;
            }
        }
    }
}
