using System.Globalization;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// A signal changes while it is recorded. The recording goes on in a new file each time, because the option asks for that.
/// </summary>
[LeakCheck]
public sealed class NewFileTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("retrovue-parts-").FullName;

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [TestCase("mkv")]
    [TestCase("mp4")]
    [TestCase("ts")]
    public void Each_format_of_the_signal_has_a_file_with_its_size_rate_and_the_sound_in_step(string container)
    {
        string path = Path.Combine(_folder, $"clip.{container}");
        List<PipelineEvent> said = Record(
            path,
            7,
            Pictures(new Rational(25, 1), 50, 0, 640, 360),
            // The same format again, as after a short loss of the signal: there is no new file.
            Pictures(new Rational(25, 1), 25, 50, 640, 360),
            Pictures(new Rational(50, 1), 100, 150, 320, 180),
            Pictures(new Rational(25, 1), 50, 125, 322, 182));
        string[] paths = [path, Path.Combine(_folder, $"clip-2.{container}"), Path.Combine(_folder, $"clip-3.{container}")];
        Assert.That(Directory.GetFiles(_folder), Is.EquivalentTo(paths));
        Assert.That(said.Where(one => one.Kind == "new-file").Select(one => one.Message.Split('\'')[^2]), Is.EqualTo(paths[1..]));
        (string Size, int Count, double Step, double Start)[] expected = [("640,360", 75, 0.04, 0), ("320,180", 100, 0.02, 3), ("322,182", 50, 0.04, 5)];
        double heard = -1024 / 48_000.0;
        for (int i = 0; i < paths.Length; i++)
        {
            (string size, int count, double step, double start) = expected[i];
            Assert.That(Tool.OutputOf("ffprobe", $"-v error -select_streams v:0 -show_entries stream=width,height -of csv=p=0 {paths[i]}"), Does.StartWith(size));
            double[] pictures = [.. Times(paths[i], "v").Order()];
            double[] sound = Times(paths[i], "a");
            Assert.That(pictures.Select(time => time - pictures[0]), Is.EqualTo(Enumerable.Range(0, count).Select(n => n * step)).AsCollection.Within(0.0011));
            Assert.That(sound[0] - pictures[0], Is.EqualTo(heard - start).Within(0.0011), "sound in step, and after that of the last file");
            heard += sound.Length * 1024 / 48_000.0;
        }

        Assert.That(heard, Is.EqualTo(7).Within(1024 / 48_000.0), "no packet is missing");
    }

    [Test]
    public void Converter_to_no_size_keeps_that_of_the_input_upright_and_even()
    {
        var wanted = new VideoFormat(PixelFormat.Yuv420P, 0, 0, new Rational(25, 1));
        using var odd = Recording.Of(
            new ScriptedSource(Pictures(new Rational(25, 1), 2, 0, 320, 180).Select(item => item is FormatChanged changed
                ? new FormatChanged((VideoFormat)changed.Format with { Width = 319, Height = 179, SampleAspectRatio = new Rational(16, 15) })
                : item)),
            new VideoConverter("picture", wanted));
        var format = (VideoFormat)odd.Format;
        Assert.That((format.Width, format.Height, format.SampleAspectRatio), Is.EqualTo((318, 178, new Rational(16, 15))));
        Assert.That(odd.Buffers, Has.Count.EqualTo(2));
        using var turned = Recording.Of(
            new ScriptedSource(Pictures(new Rational(25, 1), 2, 0, 320, 180).Select(item =>
                item is FormatChanged changed ? new FormatChanged((VideoFormat)changed.Format with { Orientation = Orientation.TurnRight }) : item)),
            new VideoConverter("picture", wanted));
        format = (VideoFormat)turned.Format;
        Assert.That((format.Width, format.Height, format.Orientation), Is.EqualTo((180, 320, Orientation.Upright)));
        Assert.That(turned.Buffers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Url_is_refused() =>
        Assert.That(
            () => new FileMuxer("file", "srt://user:secret@localhost:9000", new FileMuxerOptions { NewFileOnChange = true }),
            Throws.ArgumentException.With.Message.Contains("is only for files").And.Message.Not.Contains("secret"));

    private static double[] Times(string path, string kind) =>
    [
        .. Tool.OutputOf("ffprobe", $"-v error -select_streams {kind}:0 -show_entries packet=pts_time -of csv=p=0 {path}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line.Trim(','), CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<object> Pictures(Rational rate, int count, long start, int width, int height)
    {
        using var raw = Recording.Of(VideoCodingTests.Source(rate, count, start, width, height));
        foreach (object item in raw.Script().Where(item => item is not Segment))
        {
            yield return item;
        }
    }

    private static List<PipelineEvent> Record(string path, int seconds, params IEnumerable<object>[] parts)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            bool isTransportStream = path.EndsWith(".ts", StringComparison.Ordinal);
            var file = pipeline.Add(new FileMuxer("file", path, new FileMuxerOptions { NewFileOnChange = true }));
            var encoder = pipeline.Add(new Encoder("h264", new EncoderOptions { Codec = "libx264", Preset = "veryfast", GlobalHeader = !isTransportStream }));
            pipeline.Link(
                pipeline.Add(new ScriptedSource(parts.SelectMany(part => part).Prepend(Segment.Default))),
                pipeline.Add(new VideoConverter("picture", new VideoFormat(PixelFormat.Yuv420P, 0, 0, new Rational(25, 1)))),
                encoder);
            pipeline.Link(encoder.Outputs[0], file.AddStream("video"));
            var sound = pipeline.Add(new Encoder("aac", new EncoderOptions { Codec = "aac", GlobalHeader = !isTransportStream }));
            pipeline.Link(pipeline.Add(AudioCodingTests.Tone(0, seconds, 480, 48_000)), sound);
            pipeline.Link(sound.Outputs[0], file.AddStream("audio"));
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
            var said = new List<PipelineEvent>();
            while (pipeline.Events.TryRead(out PipelineEvent? one))
            {
                said.Add(one);
            }

            return said;
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }
}
