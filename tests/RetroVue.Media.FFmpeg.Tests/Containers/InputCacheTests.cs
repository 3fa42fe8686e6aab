using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class InputCacheTests
{
    // These files have no index and cannot be entered in the middle, so they are opened anew.
    private static readonly string[] s_unseekable = ["straight.h264", "reordered.h264"];

    private InputCache _cache = null!;

    private static IEnumerable<string> Corpus => MediaCorpus.Names;

    [SetUp]
    public void OpenCache()
    {
        _cache = new InputCache(2);
        _cache.Open();
    }

    [TearDown]
    public void NothingIsLeft()
    {
        _cache.Dispose();
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [TestCaseSource(nameof(Corpus))]
    public void Kept_file_gives_what_one_opened_anew_does(string name)
    {
        var path = MediaCorpus.File(name);
        MediaInfo? kept = null;
        foreach (var milliseconds in new[] { 700, 1, 1900, 480, 481, 1000 })
        {
            var stretch = new FileDemuxerOptions
            {
                StartAt = ClockTime.FromMilliseconds(milliseconds),
                StopAt = ClockTime.FromMilliseconds(milliseconds + 90),
            };
            var anew = PacketDump.Read(path, stretch);
            var again = PacketDump.Read(path, stretch with { Cache = _cache });
            Assert.That(again.Lines, Is.EqualTo(anew.Lines), $"from {stretch.StartAt}");
            Assert.That(again.Info with { Streams = [] }, Is.EqualTo(anew.Info with { Streams = [] }));
            Assert.That(again.Info.Streams.Select(stream => stream.ToString()), Is.EqualTo(anew.Info.Streams.Select(stream => stream.ToString())));
            if (_cache.Count == 1 && kept is not null && !s_unseekable.Contains(name))
            {
                Assert.That(again.Info, Is.SameAs(kept), "The file was opened anew.");
            }

            kept = _cache.Count == 1 ? again.Info : null;
        }
    }

    [Test]
    public void Kept_file_of_which_one_stream_was_read_gives_the_other_too()
    {
        var path = MediaCorpus.File("ntsc.mp4");
        var stretch = new FileDemuxerOptions { StartAt = ClockTime.FromSeconds(1), StopAt = ClockTime.FromSeconds(2) };
        PacketDump.Read(path, stretch with { Cache = _cache, Video = false });
        Assert.That(PacketDump.Read(path, stretch with { Cache = _cache }).Lines, Is.EqualTo(PacketDump.Read(path, stretch).Lines));
    }

    [Test]
    public void Demuxer_that_is_stopped_in_the_middle_gives_its_file_back()
    {
        var path = MediaCorpus.File("long.mp4");
        var middle = new FileDemuxerOptions { StartAt = ClockTime.FromSeconds(7), StopAt = ClockTime.FromSeconds(30) };
        var stopped = PacketDump.Read(path, middle with { Cache = _cache }, packets: 20);
        Assert.That(_cache.Count, Is.EqualTo(1));
        var again = PacketDump.Read(path, middle with { Cache = _cache });
        Assert.That(again.Info, Is.SameAs(stopped.Info));
        Assert.That(again.Lines, Is.EqualTo(PacketDump.Read(path, middle).Lines));
    }

    [Test]
    public void Demuxer_that_is_disposed_of_twice_gives_its_file_back_once()
    {
        var demuxer = new FileDemuxer("demuxer", MediaCorpus.File("ntsc.mp4"), new FileDemuxerOptions { Cache = _cache });
        demuxer.Open();
        demuxer.Dispose();
        demuxer.Dispose();
        Assert.That(_cache.Count, Is.EqualTo(1));
    }

    [TestCase("content")]
    [TestCase("size")]
    [TestCase("file")]
    [TestCase("none")]
    public void File_that_has_changed_is_opened_anew(string what)
    {
        var path = Path.Combine(MediaCorpus.Folder, $"changed-{what}.mp4");
        File.Copy(MediaCorpus.File("ntsc.mp4"), path, overwrite: true);
        var middle = new FileDemuxerOptions { StartAt = ClockTime.FromSeconds(1), StopAt = ClockTime.FromSeconds(2), Cache = _cache };
        var before = PacketDump.Read(path, middle);
        Assert.That(_cache.Count, Is.EqualTo(1));
        Change();
        Assert.That(ReferenceEquals(PacketDump.Read(path, middle).Info, before.Info), Is.EqualTo(what == "none"));

        void Change()
        {
            var modified = File.GetLastWriteTimeUtc(path);
            switch (what)
            {
                case "content":
                    using (var file = File.OpenWrite(path))
                    {
                        file.Position = file.Length - 1;
                        file.WriteByte(7);
                    }

                    break;
                case "size":
                    File.AppendAllText(path, "more");
                    break;
                case "file":
                    // The file is replaced by a copy with the same bytes, times and name.
                    File.Copy(path, path + ".new", overwrite: true);
                    File.Move(path + ".new", path, overwrite: true);
                    break;
                default:
                    return;
            }

            File.SetLastWriteTimeUtc(path, modified);
        }
    }

    [Test]
    public void File_that_was_read_to_its_end_is_not_kept()
    {
        PacketDump.Read(MediaCorpus.File("ntsc.mp4"), new FileDemuxerOptions { Cache = _cache });
        Assert.That(_cache.Count, Is.Zero);
    }

    [Test]
    public void Closed_cache_keeps_nothing()
    {
        var beginning = new FileDemuxerOptions { StopAt = ClockTime.FromSeconds(1), Cache = _cache };
        PacketDump.Read(MediaCorpus.File("ntsc.mp4"), beginning);
        Assert.That(_cache.Count, Is.EqualTo(1));
        _cache.Close();
        Assert.That(_cache.Count, Is.Zero);
        Assert.That(FFmpegHandles.Live, Is.Zero);
        PacketDump.Read(MediaCorpus.File("ntsc.mp4"), beginning);
        Assert.That(FFmpegHandles.Live, Is.Zero);
    }

    [Test]
    public void Full_cache_closes_what_it_kept_longest()
    {
        var beginning = new FileDemuxerOptions { StopAt = ClockTime.FromSeconds(1), Cache = _cache };
        string[] files = [.. new[] { "ntsc.mp4", "film.mp4", "slow.mp4" }.Select(MediaCorpus.File)];
        var read = files.Select(file => PacketDump.Read(file, beginning).Info).ToList();
        Assert.That(_cache.Count, Is.EqualTo(2));
        var middle = beginning with { StartAt = ClockTime.FromMilliseconds(500) };
        Assert.That(PacketDump.Read(files[0], middle).Info, Is.Not.SameAs(read[0]));
        Assert.That(PacketDump.Read(files[2], middle).Info, Is.SameAs(read[2]));
    }
}
