using System.Globalization;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Codecs;

/// <summary>Files of every kind are decoded whole and from the middle. The result is compared with that of ffprobe.</summary>
[LeakCheck]
public sealed class DecodedFilesTests
{
    private static IEnumerable<string> WithPicture => MediaCorpus.Names.Where(name => Path.GetExtension(name) is not (".m4a" or ".mp3"));

    private static IEnumerable<string> WithSound => MediaCorpus.Names.Where(name => name is not ("silent.mp4" or "reordered.avi") && Path.GetExtension(name) != ".h264");

    private static IEnumerable<string> Seekable => WithPicture.Where(name => Path.GetExtension(name) is ".mp4" or ".mkv" or ".ts");

    private static IEnumerable<string> SeekableSound => Seekable.Intersect(WithSound, StringComparer.Ordinal);

    [TestCaseSource(nameof(WithPicture))]
    public void Every_picture_comes_at_its_time(string name)
    {
        string path = MediaCorpus.File(name);
        using var pictures = Decode(path, 'v', default, out var decoder, out var segment);
        var probed = Frames(path, 'v', "best_effort_timestamp").Select(fields => fields[0]).ToArray();
        var expected = probed.Where(pts => pts >= segment.Start).ToArray();
        Assert.That(decoder.CorruptFrames, Is.Zero);
        if (Path.GetExtension(name) is ".h264" or ".avi")
        {
            // The file has no PTS. The estimated times must be complete and in order.
            Assert.That(pictures.Buffers, Has.Count.EqualTo(probed.Length));
            Assert.That(pictures.Pts, Is.Ordered.And.Unique);
            return;
        }

        Assert.That(pictures.Pts, Is.EqualTo(expected));
        Assert.That(pictures.Buffers.All(picture => picture.Flags == BufferFlags.None), Is.True);
        Assert.That(pictures.Buffers.All(picture => picture.Duration > ClockTime.Zero), Is.True);
    }

    [TestCaseSource(nameof(WithSound))]
    public void Every_sample_comes_at_its_time(string name)
    {
        string path = MediaCorpus.File(name);
        using var sound = Decode(path, 'a', default, out var decoder, out var segment);
        var format = (AudioFormat)sound.Format;
        var frames = Frames(path, 'a', "pts").Where(fields => fields[0] + format.DurationOf(fields[1].Nanoseconds) > segment.Start).ToArray();
        long samples = frames.Sum(fields => fields[1].Nanoseconds);
        long early = Math.Max((segment.Start - frames[0][0]).ToUnits(new Rational(1, format.SampleRate)), 0);
        Assert.That(decoder.CorruptFrames, Is.Zero);
        Assert.That(SamplesIn(sound, format), Is.EqualTo(samples - early));
        Assert.That((sound.Buffers[0].Pts - frames[0][0] - format.DurationOf(early)).Abs(), Is.LessThanOrEqualTo(ClockTime.FromNanoseconds(1)));
        // The times are counted, so the whole lasts as long as its samples. Each time agrees with the file's time to a millisecond, which
        // is what Matroska keeps.
        Assert.That(
            (sound.Buffers[^1].End - sound.Buffers[0].Pts - format.DurationOf(samples - early)).Abs(),
            Is.LessThanOrEqualTo(ClockTime.FromNanoseconds(1)));
        Assert.That(sound.Buffers.Any(buffer => buffer.Flags.HasFlag(BufferFlags.Discontinuity)), Is.False);
        Assert.That((sound.Buffers[^1].Pts - frames[^1][0]).Abs(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(1)));
    }

    [TestCaseSource(nameof(Seekable))]
    public void Start_in_the_middle_begins_with_the_picture_that_shows_then(string name)
    {
        string path = MediaCorpus.File(name);

        // There are two start times, because releases of FFmpeg differ in where a file begins. With each release, one of the times is in a
        // hole of varying.mkv.
        AssertBeginsWithWhatShowsThen(path, ClockTime.FromMilliseconds(1234));
        AssertBeginsWithWhatShowsThen(path, ClockTime.FromMilliseconds(1265));
    }

    [Test]
    public void Start_in_the_middle_of_a_picture_that_no_other_refers_to_begins_with_it()
    {
        // The file declares that each picture lasts 40 ms.
        string path = MadeMedia.Make(
            "slow.mkv", "-f lavfi -t 0.8 -i testsrc=s=64x48:r=25 -vf setpts=N*0.72/TB -vsync vfr -pix_fmt yuv420p -c:v mpeg2video -g 9 -bf 2");
        for (int milliseconds = 500; milliseconds < 6000; milliseconds += 310)
        {
            AssertBeginsWithWhatShowsThen(path, ClockTime.FromMilliseconds(milliseconds));
        }
    }

    [Test]
    public void Stretch_without_a_picture_of_its_own_shows_the_one_before([Values("mkv", "mp4", "ts")] string container, [Values("mpeg2video", "libx264")] string codec)
    {
        string path = MadeMedia.Make(
            $"slides-{codec}.{container}", $"-f lavfi -t 0.4 -i testsrc=s=64x48:r=25 -vf setpts=N*12/TB -vsync vfr -pix_fmt yuv420p -c:v {codec} -bf 0");
        var demuxer = new FileDemuxer("demuxer", path, new FileDemuxerOptions { StartAt = ClockTime.FromSeconds(27), StopAt = ClockTime.FromSeconds(33) });
        demuxer.Open();
        using var seen = Recording.Of(demuxer, new Decoder("decoder"));
        Assert.That(seen.Buffers, Has.Count.EqualTo(1));
        Assert.That((seen.Buffers[0].Pts - demuxer.Info.StartTime - ClockTime.FromSeconds(24)).Abs(), Is.LessThan(ClockTime.FromMilliseconds(2)));
        Assert.That(seen.Buffers[0].End, Is.GreaterThanOrEqualTo(demuxer.Segment.Stop));
    }

    [Test]
    public void Stretch_behind_the_end_of_a_file_shows_its_last_picture_once([Values("mkv", "mp4", "ts")] string container, [Values("mpeg2video", "libx264")] string codec)
    {
        string path = MadeMedia.Make($"over-{codec}.{container}", $"-f lavfi -t 2 -i testsrc=s=64x48:r=25 -pix_fmt yuv420p -c:v {codec} -bf 0");
        var demuxer = new FileDemuxer("demuxer", path, new FileDemuxerOptions { StartAt = ClockTime.FromSeconds(5), StopAt = ClockTime.FromSeconds(9) });
        demuxer.Open();
        using var seen = Recording.Of(demuxer, new Decoder("decoder"));
        Assert.That(seen.Buffers, Has.Count.EqualTo(1));
        // The tolerance is for Matroska's tick of a millisecond.
        Assert.That((seen.Buffers[0].Pts - demuxer.Info.StartTime - ClockTime.FromMilliseconds(1960)).Abs(), Is.LessThan(ClockTime.FromMilliseconds(2)));
        Assert.That(seen.Buffers[0].End, Is.EqualTo(demuxer.Segment.Start + ClockTime.FromMilliseconds(40)));
    }

    [TestCaseSource(nameof(SeekableSound))]
    public void Start_in_the_middle_begins_with_the_sample_of_that_time(string name)
    {
        string path = MediaCorpus.File(name);
        using var tail = Decode(path, 'a', ClockTime.FromMilliseconds(1234), out _, out var segment);
        var format = (AudioFormat)tail.Format;
        // If the start is between two samples, the nearer one is taken. So the time may be off by half a sample.
        Assert.That((tail.Buffers[0].Pts - segment.Start).Abs(), Is.LessThanOrEqualTo((format.DurationOf(1) / 2) + ClockTime.FromNanoseconds(1)));
    }

    private static void AssertBeginsWithWhatShowsThen(string path, ClockTime start)
    {
        using var whole = Decode(path, 'v', default, out _, out _);
        using var tail = Decode(path, 'v', start, out _, out var segment);
        Assert.That(tail.Pts, Is.EqualTo(whole.Pts.Where(pts => pts >= tail.Buffers[0].Pts)));
        Assert.That(tail.Buffers[0].End, Is.GreaterThan(segment.Start));
        // Matroska rounds times to a millisecond.
        Assert.That(tail.Buffers[0].Pts, Is.LessThan(segment.Start + ClockTime.FromMilliseconds(1)));
        int from = whole.Buffers.Count - tail.Buffers.Count;
        Assert.That(tail.Buffers.Zip(whole.Buffers.Skip(from)).All(pair => pair.First.Data.SequenceEqual(pair.Second.Data)), Is.True, "the same pictures");
    }

    private static Recording Decode(string path, char kind, ClockTime start, out Decoder decoder, out Segment segment)
    {
        var demuxer = new FileDemuxer("demuxer", path, new FileDemuxerOptions { Video = kind == 'v', Audio = kind == 'a', StartAt = start });
        demuxer.Open();
        segment = demuxer.Segment;
        decoder = new Decoder("decoder");
        return Recording.Of(demuxer, decoder);
    }

    private static long SamplesIn(Recording sound, AudioFormat format) => sound.Buffers.Sum(buffer =>
        (long)buffer.Data.Length / (format.SampleFormat.IsPlanar() ? format.SampleFormat.BytesPerSample() : format.BytesPerFrame));

    /// <summary>Returns each frame's time, and its number of samples in the place of nanoseconds.</summary>
    private static ClockTime[][] Frames(string path, char kind, string time)
    {
        string[] parts = Tool.OutputOf("ffprobe", "-v", "error", "-select_streams", $"{kind}:0", "-show_entries", "stream=time_base", "-of", "csv=p=0", path)
            .Trim().Split('\n')[0].Trim().Split('/');
        var timeBase = new Rational(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        string lines = Tool.OutputOf("ffprobe", "-v", "error", "-select_streams", $"{kind}:0", "-show_entries", $"frame={time},nb_samples", "-of", "csv=p=0", path);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            string[] fields = line.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries);
            var pts = long.TryParse(fields[0], CultureInfo.InvariantCulture, out long ticks) ? ClockTime.FromUnits(ticks, timeBase) : ClockTime.None;
            return new[] { pts, fields.Length > 1 ? ClockTime.FromNanoseconds(long.Parse(fields[1], CultureInfo.InvariantCulture)) : ClockTime.Zero };
        })];
    }
}
