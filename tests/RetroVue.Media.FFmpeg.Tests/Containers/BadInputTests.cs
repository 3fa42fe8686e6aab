using RetroVue.Media.Elements.Probes;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class BadInputTests
{
    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Missing_file_is_named() => AssertRefused("missing.mp4", "does not exist");

    [Test]
    public void Directory_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(MediaCorpus.Folder, "folder.mp4"));
        AssertRefused("folder.mp4", "is a directory");
    }

    [Test]
    public void Empty_file_is_refused() => AssertRefused(Write("empty.mp4", []), "is empty");

    [Test]
    public void Pipe_is_refused_without_waiting_for_who_writes_it()
    {
        var path = Path.Combine(MediaCorpus.Folder, "pipe.ts");
        Tool.OutputOf("mkfifo", path);
        AssertRefused("pipe.ts", "not a regular file");
    }

    [Test]
    public void Garbage_is_refused([Range(1, 20)] int seed)
    {
        var bytes = new byte[200_000];
        new Random(seed).NextBytes(bytes);
        AssertRefused(Write("garbage.mp4", bytes), "garbage.mp4");
    }

    [Test]
    public void Header_without_end_is_given_up([Values("zeros", "ebml")] string kind)
    {
        // A hole of gigabytes that takes no room on the disk; in one case after a Matroska header that announces more.
        var path = Path.Combine(MediaCorpus.Folder, $"endless-{kind}.mkv");
        using (var file = File.Create(path))
        {
            if (kind == "ebml")
            {
                file.Write(File.ReadAllBytes(MediaCorpus.File("ntsc.mkv")).AsSpan(0, 300));
            }

            file.SetLength(8L << 30);
        }

        var error = Assert.Throws<MediaFileException>(() => Open(path, ClockTime.FromMilliseconds(kind == "ebml" ? 300 : 10_000)));
        // Zeros alone are refused after the 5 MB that are probed. After a header, libavformat would search the whole file.
        Assert.That(error!.Message, Does.Contain(path).And.Contain(kind == "ebml" ? "could not be opened within 0.3 s" : "recognises"));
    }

    [Test]
    public void Thrown_switch_ends_opening()
    {
        var interrupt = new InterruptSwitch();
        interrupt.Throw();
        Assert.That(
            () => InputFile.Open(MediaCorpus.File("ntsc.mp4"), interrupt, ClockTime.FromSeconds(10)),
            Throws.TypeOf<MediaFileException>().With.Message.Contains("interrupted"));
    }

    [Test]
    public void Text_is_refused() => AssertRefused(Write("notes.mp4", "This is no film.\n"u8.ToArray()), "not a media file that FFmpeg recognises");

    [Test]
    public void Unwanted_streams_only_is_refused()
    {
        var error = Assert.Throws<MediaFileException>(
            () => Demuxing.Run(MediaCorpus.File("silent.mp4"), new FileDemuxerOptions { Video = false }));
        Assert.That(error!.Message, Does.Contain("silent.mp4").And.Contain("contains no sound"));
    }

    [Test]
    public void Truncated_file_ends_or_is_refused_at_every_length([Values("ntsc.mkv", "pal.ts", "fast.mp4", "ntsc.mp4")] string name)
    {
        var whole = File.ReadAllBytes(name == "fast.mp4" ? FastStart() : MediaCorpus.File(name));
        var read = 0;
        foreach (var share in Enumerable.Range(0, 40))
        {
            var path = Write($"truncated-{name}", whole[..(whole.Length * share / 40)]);
            try
            {
                var demuxed = Demuxing.Run(path);
                read++;
                // The files last four to six seconds, so at three quarters of their length more than a second is missing.
                if (share < 30 && name is not "pal.ts")
                {
                    Assert.That(demuxed.Events.Select(seen => seen.Kind), Does.Contain("truncated"), $"{share}/40");
                }
            }
            catch (Exception exception) when (exception is MediaFileException || exception.InnerException is MediaFileException)
            {
                // The file is refused when it is opened, or at its end if it had no packet.
                Assert.That(exception.Message, Does.Contain(path));
            }
        }

        // If the index of an MP4 file is at its end, the file cannot be read without its end; only the last fortieth may be missing. Other
        // files play up to the cut.
        Assert.That(read, name == "ntsc.mp4" ? Is.LessThanOrEqualTo(1) : Is.GreaterThan(20));
    }

    [Test]
    public void File_that_shrinks_while_it_is_read_ends_early()
    {
        var path = Write("shrinking.mp4", File.ReadAllBytes(FastStart()));
        var length = new FileInfo(path).Length;
        var demuxed = Demuxing.Run(path, opened: () =>
        {
            using var file = File.OpenWrite(path);
            file.SetLength(length / 2);
        });
        Assert.That(demuxed.Events.Select(seen => seen.Kind), Does.Contain("truncated"));
        Assert.That(demuxed.Video, Is.Not.Empty);
    }

    [Test]
    public void Damaged_file_gives_what_is_left_of_it_or_is_refused_by_name([Values("ntsc.mkv", "pal.ts", "ntsc.mp4")] string name, [Range(1, 10)] int seed)
    {
        var bytes = File.ReadAllBytes(MediaCorpus.File(name));
        var random = new Random(seed);
        for (var i = 0; i < bytes.Length / 500; i++)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next();
        }

        var path = Write($"damaged-{name}", bytes);
        Demuxing whole = Demuxing.Run(MediaCorpus.File(name));
        Demuxing left;
        try
        {
            left = Demuxing.Run(path);
        }
        catch (Exception exception) when (exception is MediaFileException or ElementException)
        {
            Assert.That(exception.Message, Does.Contain(path));
            return;
        }

        // One byte in five hundred is wrong, also in times, and an index may be cut. The packets that are left have times of the whole
        // file, except for packets with a wrong time and packets whose time is derived from a wrong one.
        ClockTime[] known = [.. whole.Video.Concat(whole.Audio).Select(record => record.Pts).Distinct()];
        ClockTime[] seen = [.. left.Video.Concat(left.Audio).Select(record => record.Pts)];
        Assert.That(seen, Has.Length.InRange(1, (whole.Video.Length + whole.Audio.Length) * 11 / 10));
        double right = seen.Intersect(known).Count() / (double)seen.Length;
        TestContext.Out.WriteLine($"{seen.Length} packets of {whole.Video.Length + whole.Audio.Length}, {right:0.00} of them with a time of the file's");
        // In MP4, all times come from one index. A wrong value there makes all later times wrong. That happens near the start of one of these
        // files, of which a sixth of the times is right.
        Assert.That(right, Is.GreaterThan(name.EndsWith(".mp4", StringComparison.Ordinal) ? 0.1 : 0.8));
    }

    [Test]
    public void Repeated_failures_leave_no_open_file()
    {
        var path = Write("again.bin", [1, 2, 3, 4]);
        Repeat();
        var before = OpenFiles();
        Repeat();
        // If one file were left open each time, there would be a hundred more. Other tests open and close files too, so the bound is half
        // of that.
        Assert.That(OpenFiles(), Is.LessThan(before + 50));

        void Repeat()
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.Throws<MediaFileException>(() => Open(path, ClockTime.FromSeconds(1)));
            }
        }
    }

    private static string FastStart()
    {
        var path = Path.Combine(MediaCorpus.Folder, "fast-start.mp4");
        if (!File.Exists(path))
        {
            Tool.OutputOf("ffmpeg", $"-v error -y -i {MediaCorpus.File("ntsc.mp4")} -c copy -movflags +faststart {path}");
        }

        return path;
    }

    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;

    private static string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(MediaCorpus.Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void AssertRefused(string name, string problem)
    {
        var path = Path.Combine(MediaCorpus.Folder, name);
        var error = Assert.Throws<MediaFileException>(() => Open(path, ClockTime.FromSeconds(10)));
        Assert.That(error!.Message, Does.Contain(path).And.Contain(problem));
        Assert.That(error.Path, Is.EqualTo(path));
        Assert.Throws<MediaFileException>(() => MediaProbe.Probe(path));
    }

    private static void Open(string path, ClockTime limit)
    {
        using var demuxer = new FileDemuxer("demuxer", path, new FileDemuxerOptions { OpenLimit = limit });
        demuxer.Open();
    }
}
