using System.Buffers.Binary;
using System.Globalization;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>The container's details of a stream, beside codec and size, reach decoders and other containers.</summary>
[LeakCheck]
public sealed class StreamDetailsTests
{
    private const string Picture = "-f lavfi -i testsrc=s=128x96:r=25 -t 1";

    // Each of these needs one more field to be decoded: block_align, bits_per_coded_sample, or the codec tag.
    [TestCase("window.wma", "-f lavfi -i sine=r=44100 -t 1 -c:a wmav2")]
    [TestCase("first-window.wma", "-f lavfi -i sine=r=44100 -t 1 -c:a wmav1")]
    [TestCase("ima.wav", "-f lavfi -i sine=r=22050 -t 1 -c:a adpcm_ima_wav")]
    [TestCase("microsoft.wav", "-f lavfi -i sine=r=22050 -t 1 -c:a adpcm_ms")]
    [TestCase("telephone-726.wav", "-f lavfi -i sine=r=8000 -t 1 -ac 1 -c:a g726 -b:a 24k")]
    [TestCase("deep.wav", "-f lavfi -i sine=r=48000 -t 1 -c:a pcm_s24le")]
    [TestCase("double.wav", "-f lavfi -i sine=r=48000 -t 1 -c:a pcm_f64le")]
    [TestCase("lossless.m4a", "-f lavfi -i sine=r=48000 -t 1 -c:a alac")]
    public void Sound_decodes_to_as_many_samples_as_ffmpeg_makes_of_it(string name, string arguments)
    {
        var path = MadeMedia.Make(name, arguments);
        var expected = Tool.OutputOf("ffprobe", $"-v error -select_streams a:0 -show_entries frame=nb_samples -of csv=p=0 {path}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(line => long.Parse(line.Trim(','), CultureInfo.InvariantCulture));
        foreach (var file in new[] { path, Copy(path, name + ".mkv") })
        {
            using var sound = Decode(file, isVideo: false, out var decoder);
            var format = (AudioFormat)sound.Format;
            Assert.That(decoder.CorruptFrames, Is.Zero, file);
            var end = sound.Buffers[^1].End - sound.Buffers[0].Pts;
            Assert.That(end.ToUnits(new Rational(1, format.SampleRate)), Is.EqualTo(expected), file);
        }
    }

    [TestCase("animation.mov", $"{Picture} -c:v qtrle")]
    [TestCase("animation-16.mov", $"{Picture} -c:v qtrle -pix_fmt rgb555be")]
    [TestCase("raw.mov", $"{Picture} -c:v rawvideo -pix_fmt uyvy422")]
    [TestCase("raw.avi", $"{Picture} -c:v rawvideo -pix_fmt yuv420p")]
    [TestCase("master.mov", $"{Picture} -c:v prores_ks -profile:v 3")]
    [TestCase("lossless.avi", $"{Picture} -c:v ffvhuff -pix_fmt yuv422p")]
    public void Picture_decodes_to_as_many_frames_as_ffmpeg_makes_of_it(string name, string arguments)
    {
        var path = MadeMedia.Make(name, arguments);
        foreach (var file in new[] { path, Copy(path, "again." + name) })
        {
            using var pictures = Decode(file, isVideo: true, out var decoder);
            Assert.That(decoder.CorruptFrames, Is.Zero, file);
            Assert.That(pictures.Buffers, Has.Count.EqualTo(25), file);
        }
    }

    [TestCase("hvc1.mp4", $"{Picture} -c:v libx265 -x265-params log-level=error -tag:v hvc1", "mp4", "hvc1")]
    [TestCase("hvc1.mp4", $"{Picture} -c:v libx265 -x265-params log-level=error -tag:v hvc1", "mov", "hvc1")]
    [TestCase("hev1.mp4", $"{Picture} -c:v libx265 -x265-params log-level=error -tag:v hev1", "mp4", "hev1")]
    [TestCase("hevc.mkv", $"{Picture} -c:v libx265 -x265-params log-level=error", "mp4", "hvc1")]
    [TestCase("prores.mov", $"{Picture} -c:v prores_ks -profile:v 3", "mov", "apch")]
    [TestCase("divx.avi", $"{Picture} -c:v mpeg4 -tag:v DIVX", "avi", "DIVX")]
    [TestCase("divx.avi", $"{Picture} -c:v mpeg4 -tag:v DIVX", "mp4", "mp4v")]
    public void Codec_tag_is_kept_where_the_container_has_it(string name, string arguments, string container, string tag)
    {
        var copy = Copy(MadeMedia.Make(name, arguments), $"{name}.copy.{container}");
        Assert.That(TagOf(copy), Is.EqualTo(tag));
        using var pictures = Decode(copy, isVideo: true, out var decoder);
        Assert.That((pictures.Buffers.Count, decoder.CorruptFrames), Is.EqualTo((25, 0)));
    }

    [TestCase("mp4")]
    [TestCase("mov")]
    public void Own_hevc_is_tagged_for_apple(string container)
    {
        var path = Path.Combine(MadeMedia.Folder, $"own-hevc.{container}");
        var demuxer = new FileDemuxer("demuxer", MediaCorpus.File("silent.mp4"));
        demuxer.Open();
        var muxer = new FileMuxer("muxer", path);
        muxer.AddStream("video");
        var options = new EncoderOptions { Codec = "hevc", GlobalHeader = true, Preset = "ultrafast", Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["x265-params"] = "log-level=error" } };
        Recording.Run(demuxer, new Decoder("decoder"), new Encoder("encoder", options), muxer);
        Assert.That(TagOf(path), Is.EqualTo("hvc1"));
    }

    [Test]
    public void Display_matrix_comes_with_the_format_and_is_written_again()
    {
        var path = MadeMedia.Make("turned.mp4", $"-i {MadeMedia.Make("straight.mp4", $"{Picture} -c:v mpeg4")} -c copy -metadata:s:v:0 rotate=90");
        var matrix = MediaProbe.Probe(path).Info.Video!.Format.FindSideData(StreamSideDataKind.DisplayMatrix);
        Assert.That(matrix.Length, Is.EqualTo(36));
        Assert.That(BinaryPrimitives.ReadInt32LittleEndian(matrix.Span), Is.Zero, "cosine of a quarter turn");
        foreach (var container in new[] { "mp4", "mov" })
        {
            var copy = Copy(path, $"turned.copy.{container}");
            Assert.That(MediaProbe.Probe(copy).Info.Video!.Format.FindSideData(StreamSideDataKind.DisplayMatrix).ToArray(), Is.EqualTo(matrix.ToArray()), container);
        }
    }

    [TestCase("mp4")]
    [TestCase("mkv")]
    public void Mastering_display_light_level_and_dolby_vision_survive(string container)
    {
        // AVMasteringDisplayMetadata has eight rationals of primaries and white, two of luminance, and two flags. AVContentLightMetadata
        // has two numbers.
        var mastering = new byte[88];
        int[] values = [34_000, 50_000, 16_000, 50_000, 13_250, 50_000, 34_500, 50_000, 7_500, 50_000, 3_000, 50_000, 15_635, 50_000, 16_450, 50_000, 50, 10_000, 1000, 1, 1, 1];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(mastering.AsSpan(i * 4), values[i]);
        }

        byte[] light = [0xE8, 3, 0, 0, 0x90, 1, 0, 0];
        // AVDOVIDecoderConfigurationRecord: version 1.0, profile 8, level 1, RPU and base layer, compatible with HDR10.
        byte[] vision = [1, 0, 8, 1, 1, 0, 1, 1];
        var source = MadeMedia.Make("hvc1.mp4", $"{Picture} -c:v libx265 -x265-params log-level=error -tag:v hvc1");
        var first = Path.Combine(MadeMedia.Folder, $"vision.{container}");
        Copying.Run(source, first, change: format => format with
        {
            SideData =
            [
                new(StreamSideDataKind.MasteringDisplay, mastering), new(StreamSideDataKind.ContentLightLevel, light), new(StreamSideDataKind.DolbyVision, vision),
            ],
        });
        var second = Copy(first, $"vision.again.{container}");
        foreach (var file in new[] { first, second })
        {
            var format = MediaProbe.Probe(file).Info.Video!.Format;
            Assert.That(format.FindSideData(StreamSideDataKind.ContentLightLevel)[..8].ToArray(), Is.EqualTo(light), file);
            Assert.That(format.FindSideData(StreamSideDataKind.DolbyVision)[..8].ToArray(), Is.EqualTo(vision), file);
            Assert.That(Nits(format), Is.EqualTo(1000).Within(0.1), file);
        }
    }

    private static double Nits(EncodedFormat format)
    {
        var data = format.FindSideData(StreamSideDataKind.MasteringDisplay).Span;
        return BinaryPrimitives.ReadInt32LittleEndian(data[72..]) / (double)BinaryPrimitives.ReadInt32LittleEndian(data[76..]);
    }

    private static string Copy(string source, string name)
    {
        var target = Path.Combine(MadeMedia.Folder, name);
        Copying.Run(source, target);
        return target;
    }

    private static string TagOf(string path) =>
        Tool.OutputOf("ffprobe", $"-v error -select_streams v:0 -show_entries stream=codec_tag_string -of csv=p=0 {path}").Trim();

    private static Recording Decode(string path, bool isVideo, out Decoder decoder)
    {
        var demuxer = new FileDemuxer("demuxer", path, new FileDemuxerOptions { Video = isVideo, Audio = !isVideo });
        demuxer.Open();
        decoder = new Decoder("decoder");
        return Recording.Of(demuxer, decoder);
    }
}
