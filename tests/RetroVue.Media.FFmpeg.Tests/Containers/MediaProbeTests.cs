using System.Globalization;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class MediaProbeTests
{
    private static IEnumerable<string> Timed => MediaCorpus.Names.Where(name => name is not ("reordered.h264" or "reordered.avi"));

    [TearDown]
    public void NothingIsLeft() => Assert.That(FFmpegHandles.Live, Is.Zero);

    [TestCaseSource(nameof(Timed))]
    public void Ends_and_key_frames_are_those_of_the_packets(string name)
    {
        var path = MediaCorpus.File(name);
        var probed = MediaProbe.Probe(path);
        var demuxed = Demuxing.Run(path);
        Assert.That(probed.Info, Is.EqualTo(demuxed.Info with { Streams = probed.Info.Streams }));
        AssertEnd(probed.VideoEnd, demuxed.Video.Select(record => record.Pts + record.Duration), demuxed.Info);
        AssertEnd(probed.AudioEnd, demuxed.Audio.Select(record => record.Pts + record.Duration), demuxed.Info);
        if (demuxed.Video.Length == 0)
        {
            Assert.That(probed.LongestKeyFrameInterval, Is.EqualTo(ClockTime.None));
            return;
        }

        var keys = demuxed.Video.Where(record => record.Flags.HasFlag(BufferFlags.KeyFrame)).Select(record => record.Pts)
            .Append(probed.VideoEnd + demuxed.Info.StartTime).ToList();
        var longest = keys.Zip(keys.Skip(1), (a, b) => (b - a).Nanoseconds).Max();
        // Each of the two times is rounded once, so their difference may be off by two nanoseconds.
        Assert.That(probed.LongestKeyFrameInterval.Nanoseconds, Is.EqualTo(longest).Within(2));
    }

    [TestCase("mp4")]
    [TestCase("mkv")]
    [TestCase("ts")]
    public void Bit_rate_is_that_of_the_packets(string container)
    {
        // The film is a still picture with one second of noise.
        var path = MadeMedia.Make(
            $"bursts.{container}",
            "-f lavfi -i testsrc=s=320x180:r=25:d=10,noise=alls=60:allf=t:enable='between(t,4,5)' -f lavfi -i sine=d=10 -c:v libx264 -preset veryfast -g 50 -c:a aac");
        var probed = MediaProbe.Probe(path);
        (ClockTime Time, long Bytes)[] packets =
        [
            .. Tool.OutputOf("ffprobe", ["-v", "error", "-show_entries", "packet=pts_time,dts_time,size", "-of", "csv=p=0", path]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(',')).Select(fields => (TimeOf(fields[1] == "N/A" ? fields[0] : fields[1]), long.Parse(fields[2], CultureInfo.InvariantCulture))),
        ];
        // The peak is at least the most of any second, and at most the most of any second and a quarter. The millisecond is for rounding.
        Assert.That(probed.PeakBitRate, Is.InRange(Most(999), Most(1251)));
        Assert.That(probed.AverageBitRate, Is.EqualTo(packets.Sum(packet => packet.Bytes) * 8 / 10.0).Within(1).Percent);

        static ClockTime TimeOf(string seconds) => ClockTime.FromMilliseconds((long)(double.Parse(seconds, CultureInfo.InvariantCulture) * 1000));

        long Most(int milliseconds) => packets.Max(first => packets
            .Where(packet => packet.Time >= first.Time && packet.Time < first.Time + ClockTime.FromMilliseconds(milliseconds)).Sum(packet => packet.Bytes)) * 8;
    }

    [TestCase("mpeg2video", "aac", 3.7)]
    [TestCase("libx264", "mp2", 3.7)]
    [TestCase("libx264", "aac", 24.4)]
    public void Transport_stream_of_pictures_of_many_seconds_begins_with_its_first(string picture, string sound, double late)
    {
        var path = MadeMedia.Make(
            FormattableString.Invariant($"slow-{picture}-{late}.ts"),
            FormattableString.Invariant($"-f lavfi -t 0.2 -i testsrc=s=64x48:r=25 -itsoffset {late} -f lavfi -t 30 -i sine=r=48000 -vf setpts=N*8/TB -vsync vfr -pix_fmt yuv420p -c:v {picture} -bf 0 -c:a {sound}"));
        AssertBegins(path, late);
    }

    [TestCase("mpeg2video", "aac")]
    [TestCase("libx264", "mp2")]
    public void Sound_that_begins_late_in_a_transport_stream_is_known(string picture, string sound)
    {
        var path = MadeMedia.Make(
            $"late-{sound}.ts",
            $"-f lavfi -t 18 -i testsrc=s=64x48:r=25 -itsoffset 12.4 -f lavfi -t 5 -i sine=r=48000 -pix_fmt yuv420p -c:v {picture} -c:a {sound}");
        AssertBegins(path, 12.4);
    }

    [TestCase("ts")]
    [TestCase("mkv")]
    [TestCase("mp4")]
    public void File_begins_with_its_only_pictures(string container)
    {
        var path = MadeMedia.Make(
            $"only-pictures.{container}",
            "-f lavfi -t 0.08 -i testsrc=s=64x48:r=25 -itsoffset 37 -f lavfi -t 20 -i sine=r=48000 -pix_fmt yuv420p -c:v mpeg2video -bf 2 -c:a aac");
        AssertBegins(path, 37);
    }

    private static void AssertBegins(string path, double late)
    {
        var info = MediaProbe.Probe(path).Info;
        Assert.That(info.Video!.StartTime, Is.EqualTo(info.StartTime));
        Assert.That(info.Audio!.Format.Audio!.SampleRate, Is.EqualTo(48_000));
        // The encoder puts one frame of priming before the sound, so 0.05 s is allowed.
        Assert.That((info.Audio.StartTime - info.StartTime).ToTimeSpan().TotalSeconds, Is.EqualTo(late).Within(0.05));
    }

    [TestCase("mp4")]
    [TestCase("mkv")]
    [TestCase("ts")]
    public void Distance_of_key_frames_is_measured_in_presentation(string container)
    {
        // With open groups, the distances of key frames in decoding order are uneven: up to 4.08 s here.
        var path = MadeMedia.Make(
            $"open-groups.{container}",
            "-f lavfi -i testsrc2=s=320x180:r=25 -t 60 -c:v libx264 -preset veryfast -bf 3 -g 100 -x264opts open-gop=1");
        Assert.That(MediaProbe.Probe(path).LongestKeyFrameInterval, Is.EqualTo(ClockTime.FromSeconds(4)));
    }

    [TestCase("mp4")]
    [TestCase("mkv")]
    [TestCase("ts")]
    public void Pictures_from_which_a_decoder_recovers_little_by_little_are_no_key_frames(string container)
    {
        var path = MadeMedia.Make(
            $"refreshed.{container}",
            "-f lavfi -i testsrc2=s=320x180:r=25 -t 8 -pix_fmt yuv420p -c:v libx264 -preset veryfast -g 25 -x264opts intra-refresh=1");
        Assert.That(MediaProbe.Probe(path).LongestKeyFrameInterval, Is.EqualTo(ClockTime.FromSeconds(8)));
        var video = Demuxing.Run(path).Video;
        Assert.That(video.Count(record => record.Flags.HasFlag(BufferFlags.KeyFrame)), Is.EqualTo(1));
    }

    [Test]
    public void Format_of_a_film_is_told_in_full()
    {
        var info = MediaProbe.Probe(MediaCorpus.File("film.mp4")).Info;
        var video = info.Video!.Format;
        Assert.That(video.Codec, Is.EqualTo("h264"));
        Assert.That(video.Profile, Is.EqualTo("Main").Or.EqualTo("High").Or.EqualTo("Constrained Baseline"));
        Assert.That(video.Level, Is.GreaterThan(0));
        Assert.That(video.Video, Is.EqualTo(new VideoFormat(PixelFormat.Yuv420P, 128, 96, new Rational(24000, 1001)) { Color = video.Video!.Color }));
        Assert.That(video.ParameterSets.Span[0], Is.EqualTo(1), "an avcC record begins with its version");
        var audio = info.Audio!.Format;
        Assert.That((audio.Codec, audio.Profile, audio.FrameSize), Is.EqualTo(("aac", "LC", 1024)));
        Assert.That(audio.Audio, Is.EqualTo(new AudioFormat(SampleFormat.F32Planar, 44100, ChannelLayout.Stereo)));
        Assert.That(info.Container, Does.Contain("mp4"));
        Assert.That(info.Duration.Nanoseconds, Is.EqualTo(4e9).Within(0.1e9), "within a picture and a packet of sound");
    }

    [TestCase("pal-mono.mp4", "mono", 1)]
    [TestCase("surround.mp4", "5.1", 6)]
    public void Channels_are_told_by_name(string name, string layout, int channels) =>
        Assert.That(MediaProbe.Probe(MediaCorpus.File(name)).Info.Audio!.Format.Audio!.Layout, Is.EqualTo(new ChannelLayout(layout, channels)));

    [TestCase("slow.mp4", 25, 2)]
    [TestCase("ntsc.mkv", 30000, 1001)]
    [TestCase("film.ts", 24000, 1001)]
    [TestCase("intra.avi", 25, 1)]
    public void Frame_rate_is_exact(string name, int numerator, int denominator) =>
        Assert.That(MediaProbe.Probe(MediaCorpus.File(name)).Info.Video!.Format.Video!.FrameRate, Is.EqualTo(new Rational(numerator, denominator)));

    [Test]
    public void Cover_picture_is_no_video()
    {
        var info = MediaProbe.Probe(MediaCorpus.File("cover.m4a")).Info;
        Assert.That(info.Video, Is.Null);
        Assert.That(info.Streams.Count(stream => stream.IsAttachedPicture), Is.EqualTo(1));
    }

    [Test]
    public void Cancelled_probe_throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => MediaProbe.Probe(MediaCorpus.File("ntsc.mkv"), source.Token));
    }

    private static void AssertEnd(ClockTime end, IEnumerable<ClockTime> ends, MediaInfo info) =>
        Assert.That(end, Is.EqualTo(ends.DefaultIfEmpty(ClockTime.None).Max() - info.StartTime));
}
