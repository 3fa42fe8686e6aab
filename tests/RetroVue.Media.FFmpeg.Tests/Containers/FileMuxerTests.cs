using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class FileMuxerTests
{
    private static IEnumerable<TestCaseData> Remuxes =>
        from name in MediaCorpus.Names
        where !name.StartsWith("reordered", StringComparison.Ordinal)
        from container in new[] { "mp4", "mkv", "ts" }
        where container == "mkv" || name is not "intra.avi"
        select new TestCaseData(name, container);

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Timeout_that_is_no_time_is_refused() =>
        Assert.Throws<ArgumentException>(() => _ = new FileMuxerOptions { Timeout = ClockTime.None });

    [Test]
    public void Demuxer_without_a_limit_opens_files()
    {
        using var demuxer = new FileDemuxer("demuxer", MediaCorpus.File("ntsc.mp4"), new FileDemuxerOptions { OpenLimit = ClockTime.None });
        demuxer.Open();
        Assert.That(demuxer.Info.Video, Is.Not.Null);
    }

    [TestCaseSource(nameof(Remuxes))]
    public void Remuxed_file_has_the_times_of_its_source_rounded_once_to_its_tick(string name, string container)
    {
        // The offset is so large that no time is negative. Not every container can store negative times.
        var offset = ClockTime.FromSeconds(10);
        var source = MediaCorpus.File(name);
        var target = Path.Combine(MediaCorpus.Folder, $"{name}.remuxed.{container}");
        Remux(source, target, new FileDemuxerOptions { RunningTimeOffset = offset });

        var start = Demuxing.Run(source).Info.StartTime;
        int compared = 0;
        foreach (var kind in name.StartsWith("cover", StringComparison.Ordinal) ? "a" : "va")
        {
            var sourcePackets = ProbedPacket.Read(source, kind);
            var targetPackets = ProbedPacket.Read(target, kind);
            Assert.That(targetPackets, Has.Count.EqualTo(sourcePackets.Count), $"packets of {kind}");
            compared += sourcePackets.Count;
            if (sourcePackets.Count > 0 && sourcePackets.All(packet => packet.Pts.IsNone))
            {
                // A raw stream of pictures has no times. Its pictures get an even step, rounded to the target's tick.
                long[] ticks = [.. targetPackets.Select(packet => packet.PtsTicks!.Value).Order()];
                long[] steps = [.. ticks.Zip(ticks.Skip(1), (one, next) => next - one)];
                Assert.That(steps.Min(), Is.Positive.And.GreaterThanOrEqualTo(steps.Max() - 1), $"steps of {kind}");
            }

            for (var i = 0; i < sourcePackets.Count; i++)
            {
                if (sourcePackets[i].PtsTicks is not { } time)
                {
                    continue;
                }

                var shift = Ratio.Of((offset - start).Nanoseconds, new Rational(1, 1_000_000_000));
                var distance = (Ratio.Of(time, sourcePackets[i].TimeBase) + shift).DistanceInTicks(targetPackets[i].PtsTicks!.Value, targetPackets[i].TimeBase);
                if (start == ClockTime.Zero)
                {
                    // The source's time was not rounded before. So the middle between two ticks is rounded away from zero here too.
                    Assert.That(distance, Is.GreaterThanOrEqualTo(-0.5).And.LessThan(0.5), $"PTS of packet {i} of {kind}");
                }

                // Rounding once may be off by half a tick. The start was also rounded to a nanosecond, so it may be off by 0.5 ns: that is
                // at most 0.0005 ticks, because no container here has a tick below a microsecond.
                Assert.That(Math.Abs(distance), Is.LessThanOrEqualTo(0.5005), $"PTS of packet {i} of {kind}");
            }
        }

        Assert.That(compared, Is.GreaterThan(10), "packets");
    }

    [TestCase("ntsc.mp4")]
    [TestCase("film.mp4")]
    [TestCase("edited.mp4")]
    public void Remuxed_mp4_keeps_what_lies_before_its_zero_outside_the_presentation(string name)
    {
        var source = MediaCorpus.File(name);
        var target = Path.Combine(MediaCorpus.Folder, $"{name}.again.mp4");
        Remux(source, target);
        foreach (var kind in "va")
        {
            var expected = ProbedPacket.Read(source, kind);
            var actual = ProbedPacket.Read(target, kind);
            var shown = expected.Where(packet => packet.Pts >= ClockTime.Zero).Select(Seconds);
            var shownAgain = actual.Where(packet => packet.Pts >= ClockTime.Zero).Select(Seconds);
            Assert.That(shownAgain, Is.EqualTo(shown).Within(0.00002m), $"{kind}: half a tick of each file, at most 1/12800 s, is allowed");
        }
    }

    private static decimal Seconds(ProbedPacket packet) => packet.PtsTicks!.Value * (decimal)packet.TimeBase.Numerator / packet.TimeBase.Denominator;

    [Test]
    public void Same_streams_give_the_same_bytes([Values("mp4", "mkv", "ts")] string container)
    {
        var source = MediaCorpus.File("ntsc.mp4");
        var files = new[] { "first", "second" }.Select(name => Path.Combine(MediaCorpus.Folder, $"{name}.{container}")).ToList();
        files.ForEach(file => Remux(source, file));
        Assert.That(File.ReadAllBytes(files[1]), Is.EqualTo(File.ReadAllBytes(files[0])));
    }

    [Test]
    public async Task Threads_give_the_same_bytes_as_the_simulation()
    {
        var source = MediaCorpus.File("long.mp4");
        var files = new[] { "simulated.ts", "threaded.ts" }.Select(name => Path.Combine(MediaCorpus.Folder, name)).ToList();
        Remux(source, files[0]);
        var pipeline = new Pipeline();
        await using (pipeline)
        {
            Build(pipeline, source, files[1]);
            await pipeline.RunAsync();
        }

        Assert.That(await File.ReadAllBytesAsync(files[1]), Is.EqualTo(await File.ReadAllBytesAsync(files[0])));
    }

    [Test]
    public void Fast_start_puts_the_index_before_the_media()
    {
        var target = Path.Combine(MediaCorpus.Folder, "fast.mp4");
        Remux(MediaCorpus.File("ntsc.mp4"), target, muxing: new FileMuxerOptions { FastStart = true });
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(target));
        Assert.That(text.IndexOf("moov", StringComparison.Ordinal), Is.LessThan(text.IndexOf("mdat", StringComparison.Ordinal)).And.GreaterThan(0));
    }

    [Test]
    public void Pipeline_stopped_in_the_middle_leaves_a_file_that_plays()
    {
        var target = Path.Combine(MediaCorpus.Folder, "stopped.mp4");
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var demuxer = pipeline.Add(new FileDemuxer("demuxer", MediaCorpus.File("pal-mono.mp4")));
        demuxer.Open();
        var muxer = pipeline.Add(new FileMuxer("muxer", target));
        // There are more packets than an input holds, so the muxer has written some when it stops. The end of the stream is never taken.
        pipeline.Link(demuxer.VideoOutput!, muxer.AddStream("video"));
        pipeline.Link(demuxer.AudioOutput!, muxer.AddStream("audio"));
        executor.RunUntilCompleted(pipeline.StartAsync(), ClockTime.FromSeconds(1));
        executor.RunUntil(executor.Clock.Now);
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(1));
        Assert.That(ProbedPacket.Read(target, 'v'), Is.Not.Empty);
    }

    [Test]
    public void Reordered_stream_without_presentation_times_is_refused_with_the_remedy_where_they_do_not_follow_from_the_pictures()
    {
        // XviD packs two pictures into one packet and writes an empty packet after it, so a packet is not always one picture.
        var source = Path.Combine(MediaCorpus.Folder, "reordered-packed.avi");
        Tool.OutputOf("ffmpeg", $"-v error -nostdin -y -f lavfi -i testsrc=s=176x144:r=25 -t 1 -c:v libxvid -bf 2 {source}");
        var error = Assert.Throws<ElementException>(() => Remux(source, Path.Combine(MediaCorpus.Folder, "refused.mp4")));
        Assert.That(error!.Message, Does.Contain("refused.mp4").And.Contain("no presentation times").And.Contain("Decode and encode"));
        Assert.That(MediaProbe.Probe(source).HasUntimedPictures);
    }

    [Test]
    public void Reordered_stream_without_presentation_times_is_copied_with_those_that_follow_from_the_pictures(
        [Values("reordered.h264", "reordered.avi")] string name)
    {
        var target = Path.Combine(MediaCorpus.Folder, $"{name}.copied.mp4");
        Remux(MediaCorpus.File(name), target);
        var times = ProbedPacket.Read(target, 'v').Select(packet => packet.Pts).Order().ToList();
        Assert.That(times, Has.Count.EqualTo(50));
        Assert.That(times.Zip(times.Skip(1), (one, next) => next - one), Is.All.EqualTo(ClockTime.FromMilliseconds(40)));
        Assert.That(MediaProbe.Probe(MediaCorpus.File(name)).HasUntimedPictures, Is.False);
    }

    [Test]
    public void Reordered_stream_without_presentation_times_that_is_decoded_and_encoded_has_a_picture_on_every_step(
        [Values("reordered.h264", "reordered.avi")] string name)
    {
        var target = Path.Combine(MediaCorpus.Folder, $"{name}.encoded.mp4");
        var muxer = new FileMuxer("muxer", target);
        muxer.AddStream("video");
        Recording.Run(OpenedVideo(name), new Decoder("decoder"), new Encoder("encoder", new EncoderOptions { Codec = "h264", GlobalHeader = true }), muxer);
        var times = ProbedPacket.Read(target, 'v').Select(packet => packet.Pts).Order().ToList();
        Assert.That(times, Has.Count.EqualTo(50));
        Assert.That(times.Zip(times.Skip(1), (one, next) => next - one), Is.All.EqualTo(ClockTime.FromMilliseconds(40)));
    }

    [TestCase("nowhere/file.mp4", "No such file")]
    [TestCase("file.unknown", "no extension that names a container")]
    public void Target_that_cannot_be_written_is_named_with_the_remedy(string name, string problem)
    {
        var error = Assert.Throws<ElementException>(() => Remux(MediaCorpus.File("pal-mono.mp4"), Path.Combine(MediaCorpus.Folder, name)));
        Assert.That(error!.InnerException, Is.TypeOf<MediaFileException>());
        Assert.That(error.Message, Does.Contain(name).And.Contain(problem));
    }

    [Test]
    public void Full_disc_is_an_error_that_names_the_file()
    {
        var error = Assert.Throws<ElementException>(
            () => Remux(MediaCorpus.File("pal.ts"), "/dev/full", muxing: new FileMuxerOptions { Container = "mpegts" }));
        Assert.That(error!.Message, Does.Contain("/dev/full").And.Contain("No space left").And.Contain("has free space"));
    }

    [Test]
    public void Codec_that_the_container_does_not_take_is_refused_with_the_remedy()
    {
        // Plain PCM in MP4 is supported from FFmpeg 6.0 on. This kind of PCM is supported by no release.
        var source = Path.Combine(MediaCorpus.Folder, "telephone.wav");
        Tool.OutputOf("ffmpeg", $"-v error -nostdin -y -f lavfi -i aevalsrc=sin(2000*t):s=8000:d=1 -c:a pcm_mulaw {source}");
        var error = Assert.Throws<ElementException>(() => Remux(source, Path.Combine(MediaCorpus.Folder, "telephone.mp4")));
        Assert.That(error!.Message, Does.Contain("telephone.mp4").And.Contain("does not support these streams").And.Contain("pcm_mulaw"));
    }

    private static FileDemuxer OpenedVideo(string name)
    {
        var demuxer = new FileDemuxer("demuxer", MediaCorpus.File(name), new FileDemuxerOptions { Audio = false });
        demuxer.Open();
        return demuxer;
    }

    private static TransportStreamMuxer OneTrack()
    {
        var muxer = new TransportStreamMuxer("ts");
        muxer.AddTrack();
        return muxer;
    }

    private static void Remux(string source, string target, FileDemuxerOptions? demuxing = null, FileMuxerOptions? muxing = null)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            Build(pipeline, source, target, demuxing, muxing);
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    private static void Build(Pipeline pipeline, string source, string target, FileDemuxerOptions? demuxing = null, FileMuxerOptions? muxing = null)
    {
        var demuxer = pipeline.Add(new FileDemuxer("demuxer", source, demuxing));
        demuxer.Open();
        var muxer = pipeline.Add(new FileMuxer("muxer", target, muxing));
        foreach (var output in demuxer.Outputs)
        {
            pipeline.Link(output, muxer.AddStream(output.Name));
        }
    }
}
