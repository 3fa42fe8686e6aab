using System.Diagnostics;
using System.Globalization;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Tests.PipeWire;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Tests;

namespace RetroVue.Media.Devices.Tests;

/// <summary>
/// Records PipeWire's test sources with the sample recorder. A user first looks at these things: the recording lasts as long as it took,
/// it plays at the right speed, and its times are those of the capture. <see cref="FlashAndBeepTests"/> checks that sound and picture stay
/// together.
/// </summary>
[NonParallelizable]
public sealed class RecordingTests
{
    private const int FrameRate = 25;
    private const double Frame = 1.0 / FrameRate;
    private const double Seconds = 5;

    private PipeWireDaemon _daemon = null!;

    [SetUp]
    public void StartDaemon() => _daemon = PipeWireDaemon.Start();

    [TearDown]
    public void StopDaemon() => _daemon?.Dispose();

    // If the machine stands still for a moment, the source loses a frame. The frame is counted, and the test is tried again.
    [Test]
    [Retry(3)]
    public void Five_seconds_recorded_are_five_seconds_of_time_stamps()
    {
        string path = Record("five-seconds.mp4");
        double[] pictures = PtsOf(path, "v");
        double[] sounds = PtsOf(path, "a");
        double video = pictures[^1] - pictures[0] + Frame;
        Assert.That(video, Is.EqualTo(Seconds).Within(Frame), "seconds of pictures");
        // A packet of AAC has 1024 samples. One packet comes before the first sample, for priming.
        const double packet = 1024 / 48_000.0;
        Assert.That(sounds[^1] + packet, Is.EqualTo(Seconds).Within(Frame + (2 * packet)), "seconds of sound");
        Assert.That(pictures.Zip(pictures.Skip(1), (one, next) => next - one), Is.All.EqualTo(Frame).Within(1e-3));
        // The source's frames are exact. A pipeline's clock runs at most 0.1 % off the system clock.
        Assert.That((video - Frame) / (pictures.Length - 1), Is.EqualTo(Frame).Within(0.001 * Frame), "seconds from picture to picture");
    }

    [Test]
    [Retry(3)]
    public void Recording_plays_at_the_right_speed()
    {
        string path = Record("right-speed.mp4");
        var watch = Stopwatch.StartNew();
        (int code, string output, string error) = Tool.Run(
            "mpv", "--no-config", "--vo=null", "--ao=null", "--msg-level=all=warn", "--term-status-msg=", path);
        Assert.That(code, Is.Zero, error);
        Assert.That(output + error, Does.Not.Contain("desync").IgnoreCase);
        // The player plays by its own clock, and may need a second for its start on a busy machine.
        Assert.That(watch.Elapsed.TotalSeconds, Is.InRange(Seconds - 0.2, Seconds + 1.5));
    }

    [Test]
    [Retry(3)]
    public async Task Converter_and_encoder_leave_the_times_of_the_capture_as_they_are()
    {
        await using var pipeline = new Pipeline();
        var source = pipeline.Add(new PipeWireVideoSource(
            "screen",
            new PipeWireVideoSourceOptions { Remote = _daemon.Remote, Target = "test-video", Width = 320, Height = 240 }));
        TimestampProbe captured = pipeline.Add(new TimestampProbe("captured", 1000));
        VideoConverter converter = pipeline.Add(new VideoConverter(
            "converter", new VideoFormat(PixelFormat.Yuv420P, 160, 120, new Rational(FrameRate, 1))));
        TimestampProbe converted = pipeline.Add(new TimestampProbe("converted", 1000));
        Encoder encoder = pipeline.Add(new Encoder("h264", new EncoderOptions { Codec = "h264", Preset = "ultrafast" }));
        TimestampProbe encoded = pipeline.Add(new TimestampProbe("encoded", 1000));
        CollectingSink sink = pipeline.Add(new CollectingSink("sink"));
        pipeline.Link(source, captured, converter, converted, encoder, encoded, sink);
        await pipeline.StartAsync();
        await Until.TrueAsync(() => captured.Count >= 50);
        pipeline.End();
        await pipeline.RunAsync();
        ClockTime[] times = [.. captured.Snapshot().Select(entry => entry.Pts)];
        Assert.That(times, Is.Not.Empty);
        Assert.That(converted.Snapshot().Select(entry => entry.Pts), Is.EqualTo(times), "to the nanosecond");
        // The pictures come in the order of coding, which B-frames change, so they are sorted here.
        Assert.That(encoded.Snapshot().Select(entry => entry.Pts).Order(), Is.EqualTo(times), "to the nanosecond");
    }

    private static double[] PtsOf(string path, string stream) =>
    [
        .. Tool.OutputOf("ffprobe", $"-v error -select_streams {stream} -show_entries packet=pts_time -of csv=p=0 {path}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line.TrimEnd(','), CultureInfo.InvariantCulture))
            .Order(),
    ];

    /// <summary>Records PipeWire's test sources with the sample recorder; returns the file.</summary>
    private string Record(string name)
    {
        string path = Path.Combine(MadeMedia.Folder, name);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Repository.Sample("Capture"), "--video", "pipewire:test-video", "--audio", "pipewire:test-audio", "--duration", "5", path,
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PIPEWIRE_REMOTE"] = _daemon.Remote;
        using Process recorder = Process.Start(start)!;
        Task<string> errors = recorder.StandardError.ReadToEndAsync();
        string told = recorder.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        recorder.WaitForExit();
        Assert.That(recorder.ExitCode, Is.Zero, told);
        Assert.That(told, Does.Contain("lost 0"), told);
        return path;
    }
}
