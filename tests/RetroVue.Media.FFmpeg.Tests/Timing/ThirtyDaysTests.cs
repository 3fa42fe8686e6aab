using System.Numerics;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Timing;

/// <summary>
/// Parts of ten seconds all over thirty days go through our encoders, a muxer, libavformat's demuxer and our decoders. Every time that
/// comes out is the source's time, rounded once to the container's tick.
/// </summary>
[LeakCheck]
public sealed class ThirtyDaysTests
{
    private const int SampleRate = 44_100;
    private const int SoundFrame = 1024;
    private const long Wrap = 1L << 33;

    private static readonly Rational s_sample = new(1, SampleRate);
    private static readonly Rational s_tick = new(1, 90_000);
    private static readonly ClockTime s_length = ClockTime.FromSeconds(10);
    private static readonly ClockTime s_day = ClockTime.FromSeconds(86_400);
    private static readonly ClockTime s_end = s_day * 30;

    private static readonly Rational[] s_rates = [new(30_000, 1001), new(24_000, 1001), new(25, 1)];

    /// <summary>The start, the end, and every midnight between them. A midnight is in the middle of its part.</summary>
    private static IEnumerable<ClockTime> Days =>
        [ClockTime.Zero, .. Enumerable.Range(1, 29).Select(day => (s_day * day) - ClockTime.FromSeconds(5)), s_end - s_length];

    /// <summary>Parts before, across and after every time at which the 33 bits of a transport stream wrap.</summary>
    private static IEnumerable<ClockTime> Wraps =>
        from wrap in Enumerable.Range(1, (int)(s_end.ToUnits(s_tick) / Wrap)).Select(n => ClockTime.FromUnits(n * Wrap, s_tick))
        from start in new[] { wrap - s_length, wrap - ClockTime.FromSeconds(5), wrap }
        select start;

    [Test]
    public void Transport_stream_keeps_all_times_at_every_midnight_and_around_every_wrap([ValueSource(nameof(s_rates))] Rational rate)
    {
        Assert.That(Wraps.Count(), Is.EqualTo(3 * 27), "The 33 bits wrap every 26.5 hours.");
        foreach (ClockTime start in Days.Concat(Wraps))
        {
            AssertKept(rate, start, "ts", Wrap);
        }
    }

    [Test]
    public void File_keeps_all_times_at_every_midnight([ValueSource(nameof(s_rates))] Rational rate, [Values("mp4", "mkv")] string container)
    {
        foreach (ClockTime start in Days)
        {
            // A Matroska file has no times before zero. At zero, the priming of the first sound would need them.
            AssertKept(rate, container == "mkv" ? ClockTime.Max(start, ClockTime.FromSeconds(1)) : start, container, long.MaxValue);
        }
    }

    private static void AssertKept(Rational rate, ClockTime start, string container, long wrap)
    {
        string path = Path.Combine(MediaCorpus.Folder, $"stretch.{container}");
        // The first picture and the first sample at or after the start.
        long picture = FirstAt(start, rate.Inverse), sample = FirstAt(start, s_sample);
        int pictures = (int)s_length.ToUnits(rate.Inverse);
        Write(path, rate, picture, pictures, sample);
        Stretch read = Read(path);
        string what = $"{container} at {rate}, from {start}";

        long[] expectedPictures = [.. Enumerable.Range(0, pictures).Select(n => Ticks(picture + n, rate.Inverse, read.VideoTick))];
        AssertTicks(read.VideoPackets, expectedPictures, read.VideoTick, wrap, $"pictures, {what}");
        // An encoder of AAC begins one frame early.
        long[] expectedSound = [.. read.AudioPackets.Select((_, n) => Ticks(sample + ((n - 1) * SoundFrame), s_sample, read.AudioTick))];
        Assert.That(read.AudioPackets, Has.Length.GreaterThan(SampleRate * 10 / SoundFrame), what);
        if (container == "ts")
        {
            // A PES packet has several frames of sound and the time stamp of the first. libavformat counts the others from it in whole
            // ticks, so they may be off by one.
            AssertTicks(read.AudioPackets, expectedSound, read.AudioTick, wrap, $"sound, {what}", tolerance: 1);
            long[] stamps = PesStamps(path, 257);
            Assert.That(stamps, Has.Length.GreaterThan(20), what);
            Assert.That(stamps, Is.SubsetOf(expectedSound.Select(tick => ((tick % Wrap) + Wrap) % Wrap)), $"stamps of sound, {what}");
        }
        else
        {
            AssertTicks(read.AudioPackets, expectedSound, read.AudioTick, wrap, $"sound, {what}");
        }

        // The decoded picture is the picture that was drawn for that time.
        AssertTicks([.. read.Decoded.Select(decoded => decoded.Pts)], expectedPictures, read.VideoTick, wrap, $"decoded pictures, {what}");
        Assert.That(read.Decoded.Select(decoded => decoded.Number), Is.EqualTo(Enumerable.Range(0, pictures).Select(n => picture + n)), what);
    }

    private static long FirstAt(ClockTime start, Rational unit)
    {
        long first = start.ToUnits(unit);
        return ClockTime.FromUnits(first, unit) < start ? first + 1 : first;
    }

    /// <summary>
    /// Returns the tick nearest to a picture or sample of the source, computed exactly. The middle between two ticks is rounded away from
    /// zero.
    /// </summary>
    private static long Ticks(long number, Rational unit, Rational tick)
    {
        BigInteger above = (BigInteger)number * unit.Numerator * tick.Denominator, below = (BigInteger)unit.Denominator * tick.Numerator;
        BigInteger rounded = ((2 * BigInteger.Abs(above)) + below) / (2 * below);
        return (long)(above.Sign * rounded);
    }

    private static void AssertTicks(ClockTime[] actual, long[] expected, Rational tick, long wrap, string what, long tolerance = 0)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        long[] ticks = [.. actual.Order().Select(time => time.ToUnits(tick))];
        // A reader may begin its count at any multiple of the wrap. From there it must go on.
        long turns = (ticks[0] - expected[0]) / wrap * wrap;
        Assert.That(ticks.Select((value, n) => Math.Abs(value - turns - expected[n])), Is.All.LessThanOrEqualTo(tolerance), what);
    }

    /// <summary>
    /// Returns the presentation times of a stream's PES packets, as they are stored in the file (ISO/IEC 13818-1 2.4.3.7).
    /// </summary>
    private static long[] PesStamps(string path, int pid)
    {
        const int packetSize = 188;
        byte[] file = File.ReadAllBytes(path);
        List<long> stamps = [];
        for (int at = 0; at < file.Length; at += packetSize)
        {
            ReadOnlySpan<byte> packet = file.AsSpan(at, packetSize);
            bool isStart = (packet[1] & 0x40) != 0;
            if (isStart && (((packet[1] & 0x1F) << 8) | packet[2]) == pid)
            {
                ReadOnlySpan<byte> stamp = packet[(4 + ((packet[3] & 0x20) != 0 ? 1 + packet[4] : 0) + 9)..];
                stamps.Add(((long)(stamp[0] & 0x0E) << 29) | ((long)stamp[1] << 22) | ((long)(stamp[2] & 0xFE) << 14) | ((long)stamp[3] << 7) | (uint)(stamp[4] >> 1));
            }
        }

        return [.. stamps];
    }

    private static void Write(string path, Rational rate, long firstPicture, int pictures, long firstSample)
    {
        using FileStream? file = path.EndsWith(".ts", StringComparison.Ordinal) ? File.Create(path) : null;
        Run(pipeline =>
        {
            var video = pipeline.Add(new TestVideoSource(
                "video", new TestVideoOptions { Width = 96, Height = 48, FrameRate = rate, StartFrame = firstPicture, Count = pictures }));
            var tone = pipeline.Add(new TestToneSource(
                "tone", new TestToneOptions { SampleRate = SampleRate, Layout = ChannelLayout.Mono, StartSample = firstSample, Duration = s_length }));
            var h264 = pipeline.Add(new Encoder("h264", new EncoderOptions { Codec = "h264", Preset = "ultrafast", Quality = 20, BFrames = 2, GlobalHeader = file is null }));
            var aac = pipeline.Add(new Encoder("aac", new EncoderOptions { Codec = "aac", BitRate = 64_000, GlobalHeader = file is null }));
            pipeline.Link(video, pipeline.Add(new AbsoluteTimes("video-times")), h264);
            pipeline.Link(tone, pipeline.Add(new AbsoluteTimes("tone-times")), aac);
            if (file is not null)
            {
                var muxer = pipeline.Add(new TransportStreamMuxer("ts"));
                pipeline.Link(h264.Outputs[0], muxer.AddTrack());
                pipeline.Link(aac.Outputs[0], muxer.AddTrack());
                pipeline.Link(muxer, pipeline.Add(new CollectingSink("file", buffer => file.Write(buffer.Data))));
            }
            else
            {
                var muxer = pipeline.Add(new FileMuxer("file", path));
                pipeline.Link(h264.Outputs[0], muxer.AddStream("video"));
                pipeline.Link(aac.Outputs[0], muxer.AddStream("audio"));
            }
        });
    }

    private static Stretch Read(string path)
    {
        FileDemuxer demuxer = null!;
        TimestampProbe video = new("video", int.MaxValue), audio = new("audio", int.MaxValue);
        VideoFormat format = null!;
        var decoded = new List<(ClockTime, long)>();
        Run(pipeline =>
        {
            demuxer = pipeline.Add(new FileDemuxer("demuxer", path));
            demuxer.Open();
            format = demuxer.Info.Video!.Format.Video!;
            pipeline.Link(demuxer.VideoOutput!, pipeline.Add(video).Inputs[0]);
            pipeline.Link(demuxer.AudioOutput!, pipeline.Add(audio).Inputs[0]);
            pipeline.Link(
                video,
                pipeline.Add(new Decoder("decoder")),
                pipeline.Add(new CollectingSink("decoded", buffer => decoded.Add((buffer.Pts, Recording.NumberIn(buffer, format))))));
        });
        return new Stretch(
            demuxer.Info.Video!.TimeBase,
            demuxer.Info.Audio!.TimeBase,
            [.. video.Snapshot().Select(record => record.Pts)],
            [.. audio.Snapshot().Select(record => record.Pts)],
            decoded);
    }

    private static void Run(Action<Pipeline> build)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            build(pipeline);
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    private sealed record Stretch(
        Rational VideoTick, Rational AudioTick, ClockTime[] VideoPackets, ClockTime[] AudioPackets, IReadOnlyList<(ClockTime Pts, long Number)> Decoded);

    /// <summary>Makes the running time equal to the PTS, so that a part stays at its place in the thirty days.</summary>
    private sealed class AbsoluteTimes : Element
    {
        private readonly OutputPad _output;

        public AbsoluteTimes(string name)
            : base(name)
        {
            AddInput();
            _output = AddOutput();
        }

        protected override void OnBuffer(InputPad input, MediaBuffer buffer) => _output.Push(buffer);

        protected override void OnEvent(InputPad input, MediaEvent mediaEvent) => Forward(mediaEvent is Segment ? Segment.Default : mediaEvent);
    }
}
