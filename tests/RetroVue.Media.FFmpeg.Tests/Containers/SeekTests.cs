using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class SeekTests
{
    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [TestCase("ntsc.mp4")]
    [TestCase("film.mp4")]
    [TestCase("edited.mp4")]
    [TestCase("ntsc.mkv")]
    [TestCase("varying.mkv")]
    [TestCase("film.ts")]
    [TestCase("pal.ts")]
    [TestCase("wrapping.ts")]
    public void Start_in_the_middle_begins_at_the_last_key_frame_at_or_before_it(string name)
    {
        var path = MediaCorpus.File(name);
        var whole = Demuxing.Run(path);
        var keys = whole.Video.Where(record => record.Flags.HasFlag(BufferFlags.KeyFrame)).Select(record => record.Pts).ToList();
        // The starts are on key frames, a nanosecond to either side of them, and between them.
        var starts = keys.SelectMany(key => new[] { -1L, 0, 1, 100_000_000 }.Select(by => key - whole.Info.StartTime + ClockTime.FromNanoseconds(by)))
            .Where(start => start > ClockTime.Zero);
        foreach (var start in starts)
        {
            var demuxed = Demuxing.Run(path, new FileDemuxerOptions { StartAt = start });
            var at = whole.Info.StartTime + start;
            Assert.That(demuxed.Video[0].Pts, Is.EqualTo(keys.Where(key => key <= at).DefaultIfEmpty(keys[0]).Last()), $"from {start}");
            Assert.That(demuxed.Video.Select(record => record.Pts), Is.EqualTo(whole.Video.Select(record => record.Pts).SkipWhile(pts => pts != demuxed.Video[0].Pts)));
            // The sound at the start is decoded from packets that begin before it.
            Assert.That(demuxed.Audio.Length == 0 || demuxed.Audio[0].Pts <= at || start > whole.Audio[^1].Pts - whole.Info.StartTime, $"sound from {start}");
            Assert.That(demuxed.Audio.Select(record => record.Pts), Is.SubsetOf(whole.Audio.Select(record => record.Pts)));
        }
    }

    [TestCase("mkv")]
    [TestCase("mp4")]
    [TestCase("ts")]
    public void Start_before_the_first_picture_begins_with_the_sound_of_that_time(string container)
    {
        var path = MadeMedia.Make(
            $"late-picture.{container}",
            "-itsoffset 6 -f lavfi -t 3 -i testsrc=s=64x48:r=25 -f lavfi -t 10 -i sine=r=48000 -vsync vfr -c:v mpeg2video -c:a aac");
        var start = ClockTime.FromSeconds(3);
        var whole = Demuxing.Run(path);
        var demuxed = Demuxing.Run(path, new FileDemuxerOptions { StartAt = start });
        var at = whole.Info.StartTime + start;
        Assert.That(demuxed.Audio[0].Pts, Is.LessThanOrEqualTo(at));
        Assert.That(demuxed.Audio.Count(record => record.Pts >= at), Is.EqualTo(whole.Audio.Count(record => record.Pts >= at)));
        Assert.That(demuxed.Video.Select(record => record.Pts), Is.EqualTo(whole.Video.Select(record => record.Pts)));
    }

    [TestCase("ntsc.mp4")]
    [TestCase("pal.ts")]
    public void Stop_ends_after_the_last_packet_that_is_needed(string name)
    {
        var path = MediaCorpus.File(name);
        var whole = Demuxing.Run(path);
        var stop = ClockTime.FromMilliseconds(1500);
        var demuxed = Demuxing.Run(path, new FileDemuxerOptions { StopAt = stop });
        var end = whole.Info.StartTime + stop;
        Assert.That(demuxed.Segment.Stop, Is.EqualTo(end));
        Assert.That(demuxed.Video.Select(record => record.Pts), Is.EqualTo(whole.Video.Where(record => record.Dts < end).Select(record => record.Pts)));
        Assert.That(demuxed.Audio.Select(record => record.Pts), Is.EqualTo(whole.Audio.Where(record => record.Pts < end).Select(record => record.Pts)));
        Assert.That(demuxed.Events.Select(seen => seen.Kind), Does.Not.Contain("truncated"));
    }

    [Test]
    public void Segment_maps_the_start_to_the_offset()
    {
        var options = new FileDemuxerOptions { StartAt = ClockTime.FromSeconds(1), RunningTimeOffset = ClockTime.FromSeconds(3600) };
        var demuxed = Demuxing.Run(MediaCorpus.File("pal.ts"), options);
        Assert.That(demuxed.Segment.Start, Is.EqualTo(demuxed.Info.StartTime + ClockTime.FromSeconds(1)));
        Assert.That(demuxed.Video.All(record => record.RunningTime == record.Pts - demuxed.Segment.Start + ClockTime.FromSeconds(3600)), Is.True);
    }

    [TestCase("straight.h264")]
    public void File_that_cannot_be_sought_is_read_from_its_beginning(string name)
    {
        var whole = Demuxing.Run(MediaCorpus.File(name));
        var demuxed = Demuxing.Run(MediaCorpus.File(name), new FileDemuxerOptions { StartAt = ClockTime.FromSeconds(1) });
        Assert.That(demuxed.Video[0].Pts, Is.LessThanOrEqualTo(demuxed.Segment.Start));
        Assert.That(demuxed.Video.Last().Pts, Is.EqualTo(whole.Video.Last().Pts));
    }
}
