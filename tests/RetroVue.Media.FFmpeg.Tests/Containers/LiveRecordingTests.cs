using System.Globalization;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>Live sources are recorded. No source is held back, whatever the other one does.</summary>
[LeakCheck]
public sealed class LiveRecordingTests
{
    private readonly string _stem = Path.Combine(Path.GetTempPath(), $"retrovue-live-{Guid.NewGuid():N}");
    private string _path = "";

    [SetUp]
    public void MakePath() => _path = _stem + ".mkv";

    [TearDown]
    public void Delete() => File.Delete(_path);

    [TestCase(60)]
    [TestCase(25)]
    [TestCase(1)]
    public void Look_ahead_of_x264_by_default_holds_no_sound_back(int rate)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            int frames = 60 + (3 * rate);
            var shown = new TestVideoOptions { Width = 320, Height = 180, FrameRate = new Rational(rate, 1), Count = frames, IsLive = true };
            var pictures = pipeline.Add(new TestVideoSource("pictures", shown));
            var heard = new TestToneOptions { SampleFormat = SampleFormat.S16, Duration = ClockTime.FromSeconds(frames / rate), IsLive = true };
            var tone = pipeline.Add(new TestToneSource("tone", heard));
            var latest = ClockTime.Zero;
            var watch = pipeline.Add(new Watched(buffer => latest = ClockTime.Max(latest, pipeline.Clock.Now - pipeline.BaseTime - buffer.End)));
            var muxer = pipeline.Add(new FileMuxer("muxer", _path));
            var h264 = pipeline.Add(new Encoder("h264", new EncoderOptions { Codec = "libx264", GlobalHeader = true }));
            var sound = pipeline.Add(new Encoder("sound", new EncoderOptions { Codec = "pcm_s16le" }));
            pipeline.Link(pictures.Outputs[0], h264.Inputs[0]);
            pipeline.Link(h264.Outputs[0], muxer.AddStream("video"));
            pipeline.Link(tone.Outputs[0], watch.Inputs[0]);
            pipeline.Link(watch.Outputs[0], sound.Inputs[0]);
            pipeline.Link(sound.Outputs[0], muxer.AddStream("audio"));
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(100));
            Assert.That(latest, Is.LessThan(ClockTime.FromMilliseconds(20)), "the longest delay of the tone");
            Assert.That(Packets("v"), Is.EqualTo(frames));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(200));
        }
    }

    [TestCase("mkv", true)]
    [TestCase("mkv", false)]
    [TestCase("mp4", true)]
    [TestCase("mp4", false)]
    public void Camera_that_is_cut_for_thirty_seconds_costs_nothing_else_and_returns_at_its_time(string container, bool tells)
    {
        const int seconds = 40;
        _path = $"{_stem}.{container}";
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            var shown = new TestVideoOptions { Width = 320, Height = 180, Count = seconds * 25, IsLive = true };
            var pictures = pipeline.Add(new TestVideoSource("pictures", shown));
            var cut = pipeline.Add(new Cut(ClockTime.FromSeconds(5), ClockTime.FromSeconds(35), tells));
            var heard = new TestToneOptions { SampleFormat = SampleFormat.F32Planar, Duration = ClockTime.FromSeconds(seconds), IsLive = true };
            var tone = pipeline.Add(new TestToneSource("tone", heard));
            var latest = ClockTime.Zero;
            var watch = pipeline.Add(new Watched(buffer => latest = ClockTime.Max(latest, pipeline.Clock.Now - pipeline.BaseTime - buffer.End)));
            var muxer = pipeline.Add(new FileMuxer("muxer", _path));
            var h264 = pipeline.Add(new Encoder("h264", new EncoderOptions { Codec = "libx264", GlobalHeader = true }));
            var sound = pipeline.Add(new Encoder("sound", new EncoderOptions { Codec = "aac", GlobalHeader = true }));
            pipeline.Link(pictures, cut, h264);
            pipeline.Link(h264.Outputs[0], muxer.AddStream("video"));
            pipeline.Link(tone, watch, sound);
            pipeline.Link(sound.Outputs[0], muxer.AddStream("audio"));
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(100));
            Assert.That(latest, Is.LessThan(ClockTime.FromMilliseconds(20)), "the longest delay of the tone");
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(200));
        }

        double[] expected = [.. Enumerable.Range(0, seconds * 25).Where(n => n is < 125 or >= 875).Select(n => n * 0.04)];
        // Matroska moves all times so that no decoding time is negative.
        double shift = Probed("v", "pts_time").Min();
        Assert.That(Probed("v", "pts_time").Order().Select(time => time - shift), Is.EqualTo(expected).AsCollection.Within(0.001));
        double[] sounds = Probed("a", "pts_time");
        Assert.That(sounds.Select(time => time - shift), Is.EqualTo(sounds.Select((_, n) => (n - 1) * 1024 / 48_000.0)).Within(0.001), "priming, then all");
        Assert.That(sounds, Has.Length.EqualTo(1 + (seconds * 48_000 / 1024)));
        if (tells && container == "mkv")
        {
            double newest = 0;
            double[] behind = [.. Probed(null, "pts_time").Select(time => (newest = Math.Max(newest, time)) - time)];
            Assert.That(behind, Is.All.LessThan(0.5), "the encoder's pictures come before the silence");
        }
    }

    [Test]
    public void Input_that_announces_no_format_is_left_out_in_the_end_and_named()
    {
        const int seconds = 95;
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            var heard = new TestToneOptions { SampleFormat = SampleFormat.S16, SamplesPerBuffer = 960, Duration = ClockTime.FromSeconds(seconds), IsLive = true };
            var tone = pipeline.Add(new TestToneSource("tone", heard));
            var sound = pipeline.Add(new Encoder("sound", new EncoderOptions { Codec = "pcm_s16le" }));
            var muxer = pipeline.Add(new FileMuxer("muxer", _path));
            pipeline.Link(tone.Outputs[0], sound.Inputs[0]);
            pipeline.Link(pipeline.Add(new Mute()).Outputs[0], muxer.AddStream("video"));
            pipeline.Link(sound.Outputs[0], muxer.AddStream("audio"));
            var run = pipeline.RunAsync();
            executor.RunFor(ClockTime.FromSeconds(seconds + 1));
            Task.WaitAll(pipeline.StopAsync(), run);
            var events = new List<PipelineEvent>();
            while (pipeline.Events.TryRead(out var read))
            {
                events.Add(read);
            }

            Assert.That(events.Single(one => one.Kind == "left-out").Message, Does.Contain("muxer.video"));
            Assert.That(muxer.LeftOutBuffers, Is.Zero);
            Assert.That(Packets("a"), Is.EqualTo(seconds * 50));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(200));
        }
    }

    private double[] Probed(string? kind, string entry)
    {
        string streams = kind is null ? "" : $"-select_streams {kind}:0 ";
        return
        [
            .. Tool.OutputOf("ffprobe", $"-v error {streams}-show_entries packet={entry} -of csv=p=0 {_path}")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => double.Parse(line.TrimEnd(','), CultureInfo.InvariantCulture)),
        ];
    }

    private int Packets(string kind) =>
        Tool.OutputOf("ffprobe", $"-v error -select_streams {kind}:0 -show_entries packet=pts -of csv=p=0 {_path}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>A camera that never has a signal.</summary>
    private sealed class Mute : Element
    {
        public Mute()
            : base("mute") => AddOutput();

        public override ElementLatency Latency => new(ClockTime.Zero, ClockTime.None, IsLive: true);

        protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();
    }

    /// <summary>Removes pictures for a while. It announces the gap half a second later, or not at all.</summary>
    private sealed class Cut : Element
    {
        private readonly ClockTime _from;
        private readonly ClockTime _until;
        private readonly bool _tells;
        private readonly OutputPad _output;
        private ClockTime _told;

        public Cut(ClockTime from, ClockTime until, bool tells)
            : base("cut")
        {
            (_from, _until, _tells, _told) = (from, until, tells, from);
            AddInput();
            _output = AddOutput();
        }

        protected override void OnBuffer(InputPad input, MediaBuffer buffer)
        {
            if (buffer.Pts < _from || buffer.Pts >= _until)
            {
                _output.Push(buffer);
                return;
            }

            var over = buffer.Pts - ClockTime.FromMilliseconds(500);
            buffer.Release();
            if (_tells && over > _told)
            {
                _output.Push(new Gap(_told, over - _told));
                _told = over;
            }
        }
    }

    private sealed class Watched : Element
    {
        private readonly Action<MediaBuffer> _seen;
        private readonly OutputPad _output;

        public Watched(Action<MediaBuffer> seen)
            : base("watch")
        {
            _seen = seen;
            AddInput();
            _output = AddOutput();
        }

        protected override void OnBuffer(InputPad input, MediaBuffer buffer)
        {
            _seen(buffer);
            _output.Push(buffer);
        }
    }
}
