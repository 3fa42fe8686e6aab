using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Codecs;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>The format of a source changes while it is recorded. The recording goes on in one file.</summary>
[LeakCheck]
public sealed class ChangedSignalTests
{
    private static readonly VideoFormat s_wanted = new(PixelFormat.Yuv420P, 640, 360, new Rational(25, 1));

    private string _path = "";

    [SetUp]
    public void MakePath() => _path = Path.Combine(Path.GetTempPath(), $"retrovue-changed-{Guid.NewGuid():N}.mkv");

    [TearDown]
    public void Delete() => File.Delete(_path);

    [Test]
    public void Pictures_go_on_in_one_file_when_size_rate_scan_and_colour_of_the_signal_change()
    {
        Record(
            Pictures(new Rational(25, 1), 50, 0, 640, 360, format => format),
            Pictures(new Rational(50, 1), 100, 100, 320, 180, format => format with { Color = new ColorDescription("pc", "bt470bg", "bt709", "bt470bg") }),
            Pictures(new Rational(25, 1), 25, 100, 640, 360, format => format with { Interlacing = Interlacing.TopFieldFirst }),
            // There is no signal for two seconds.
            Pictures(new Rational(30000, 1001), 60, 210, 720, 576, format => format with { SampleAspectRatio = new Rational(16, 15) }));
        Assert.That(WrittenMilliseconds(), Is.EqualTo(Enumerable.Range(0, 50).Select(n => n * 40.0)
            .Concat(Enumerable.Range(100, 100).Select(n => n * 20.0))
            .Concat(Enumerable.Range(100, 25).Select(n => n * 40.0))
            .Concat(Enumerable.Range(210, 60).Select(n => n * 1001 / 30.0))).AsCollection.Within(0.51), "half a tick of Matroska");
    }

    [Test]
    public void Pictures_go_on_in_one_file_whatever_changes_how_often() => RandomCases.Run(5, RecordRandomChanges);

    [Test]
    [Category("Soak")]
    public void Pictures_go_on_in_one_file_through_ten_thousand_random_recordings() => RandomCases.Run(10_000, RecordRandomChanges);

    [Test]
    public void Output_keeps_the_format_of_the_first_input_and_states_the_matrix_that_was_taken()
    {
        using var converted = Recording.Of(
            new ScriptedSource(Pictures(new Rational(25, 1), 2, 0, 320, 180, format => format with { Color = default })
                .Concat(Pictures(new Rational(50, 1), 2, 10, 1280, 720, format => format with { Color = new ColorDescription("pc", "bt709", "bt709", "bt709") }))),
            new VideoConverter("converter", s_wanted, new VideoConverterOptions { KeepFormat = true }));
        Assert.That(converted.Formats, Is.EqualTo(new[] { s_wanted with { Color = new ColorDescription(null, null, null, "smpte170m") } }));
    }

    [Test]
    public void Sound_goes_on_in_one_file_when_its_rate_and_sample_format_change()
    {
        using (var before = Recording.Of(AudioCodingTests.Tone(0, 2, 480, 48_000)))
        using (var other = Recording.Of(AudioCodingTests.Tone(88_200, 2, 441, 44_100, SampleFormat.S16)))
        using (var after = Recording.Of(AudioCodingTests.Tone(192_000, 2, 1024, 48_000)))
        {
            IEnumerable<object> Script() => before.Script(Segment.Default).Concat(WithoutSegment(other)).Concat(WithoutSegment(after));
            var file = new FileMuxer("file", _path);
            file.AddStream("sound");
            Recording.Run(
                new ScriptedSource(Script()),
                new AudioConverter("sound", new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo)),
                new Encoder("aac", new EncoderOptions { Codec = "aac", GlobalHeader = true }),
                file);
        }

        var demuxer = new FileDemuxer("demuxer", _path);
        demuxer.Open();
        using var read = Recording.Of(demuxer, new Decoder("decoder"));
        // Matroska moves the encoder's priming to zero, so all times grow by its length. The codec spreads the beginning of a beep over a
        // few samples.
        long[] beeps = read.BeepSamples();
        Assert.That(beeps.Select(sample => (sample - beeps[0]) / 48_000.0), Is.EqualTo(new[] { 0.0, 1, 2, 3, 4, 5 }).AsCollection.Within(0.002));
        Assert.That((read.Buffers[^1].End - read.Buffers[0].Pts).Nanoseconds / 1e9, Is.EqualTo(6 + (1024 / 48_000.0)).Within(0.002), "the priming too");
    }

    private static IEnumerable<object> WithoutSegment(Recording recording) => recording.Script().Where(item => item is not Segment);

    /// <summary>Returns the pictures of a signal, with the event of its format before them.</summary>
    private static IEnumerable<object> Pictures(Rational rate, int count, long start, int width, int height, Func<VideoFormat, VideoFormat> change)
    {
        using var raw = Recording.Of(VideoCodingTests.Source(rate, count, start, width, height));
        foreach (object item in WithoutSegment(raw))
        {
            yield return item is FormatChanged changed ? new FormatChanged(change((VideoFormat)changed.Format)) : item;
        }
    }

    private void RecordRandomChanges(Random random)
    {
        Rational[] rates = [new(25, 1), new(50, 1), new(30000, 1001), new(24, 1), new(60, 1), new(0, 1)];
        (int Width, int Height)[] sizes = [(640, 360), (320, 180), (720, 576), (160, 96)];
        string?[] matrices = [null, "bt709", "smpte170m", "bt470bg"];
        var script = new List<IEnumerable<object>>();
        var expected = new List<double>();
        double next = 0;
        for (int part = 0; part < 6; part++)
        {
            Rational rate = rates[random.Next(rates.Length)];
            Rational known = rate.IsPositive ? rate : new Rational(30, 1);
            long start = (long)Math.Ceiling((next + (random.Next(3) * 0.7)) * known.Numerator / known.Denominator);
            int count = random.Next(1, 15);
            (int width, int height) = sizes[random.Next(sizes.Length)];
            var interlacing = (Interlacing)random.Next(3);
            var color = new ColorDescription(random.Next(2) == 0 ? null : "pc", null, null, matrices[random.Next(matrices.Length)]);
            script.Add(Pictures(known, count, start, width, height, format => format with { FrameRate = rate, Interlacing = interlacing, Color = color }));
            expected.AddRange(Enumerable.Range(0, count).Select(n => (start + n) * 1000.0 * known.Denominator / known.Numerator));
            next = (double)(start + count) * known.Denominator / known.Numerator;
        }

        File.Delete(_path);
        Record([.. script]);
        Assert.That(WrittenMilliseconds(), Is.EqualTo(expected).AsCollection.Within(0.51));
    }

    private void Record(params IEnumerable<object>[] parts)
    {
        var file = new FileMuxer("file", _path);
        file.AddStream("video");
        Recording.Run(
            new ScriptedSource(parts.SelectMany(part => part).Prepend(Segment.Default)),
            new VideoConverter("picture", s_wanted, new VideoConverterOptions { KeepFormat = true }),
            new Encoder("h264", VideoCodingTests.H264() with { Tune = "zerolatency", GlobalHeader = true }),
            file);
    }

    private double[] WrittenMilliseconds() =>
        [.. ProbedPacket.Read(_path, 'v').Select(packet => packet.Pts.Nanoseconds / 1e6)];
}
