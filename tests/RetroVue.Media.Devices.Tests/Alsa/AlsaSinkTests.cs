using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>The sink plays to a simulated sound card, which tells when each sample was heard.</summary>
public sealed class AlsaSinkTests
{
    private const int Rate = 48_000;
    private const int Period = 480;

    private static readonly AudioFormat s_format = new(SampleFormat.S32, Rate, ChannelLayout.Stereo);
    private static readonly PcmSetup s_setup = new("simulated", s_format, PcmEncoding.S32, Period, 9600);

    // A start is corrected to two milliseconds. A frame and the step of the count come on top.
    private static readonly double s_startTolerance = 2.1e6;

    [TestCase(200, 0)]
    [TestCase(-200, 700)]
    public void Playback_by_its_own_clock_is_in_time_and_never_skips(double ppm, int hardwareDelay)
    {
        using var bench = new Bench(170 * Rate, clock => new SimulatedPcm(clock, s_setup, isCapture: false, ppm)
        {
            Quantum = 48,
            HardwareDelay = hardwareDelay,
        });
        bench.Run(ClockTime.FromSeconds(180));
        Assert.That(bench.Pipeline.Clock.Reference, Is.InstanceOf<AlsaClock>());
        Assert.That(bench.Pcm.Xruns, Is.Zero);
        Assert.That(bench.Sink.Statistics.Interruptions, Is.Zero);
        // Silence is inserted, or samples are left out, only to correct the start.
        Assert.That(bench.Sink.Statistics.Silence + bench.Sink.Statistics.Dropped, Is.LessThan(Rate / 20));
        Assert.That(bench.Heard().Count, Is.GreaterThan((170 * Rate) - (Rate / 20)));
        // After the card's clock was elected and followed for a while, the pipeline's line is the card's line.
        Assert.That(bench.WorstError(from: 30 * Rate), Is.LessThan(s_startTolerance));
    }

    [Test]
    public void Playback_by_another_clock_stays_within_the_tolerance_and_counts_what_it_does()
    {
        using var bench = new Bench(170 * Rate, clock => new SimulatedPcm(clock, s_setup, isCapture: false, 200) { Quantum = 48 });
        bench.Pipeline.UseClock(bench.Executor.Clock);
        bench.Run(ClockTime.FromSeconds(180));
        // A card that is 200 ppm fast gains 34 ms in 170 s. So it gets silence once, of 20 ms.
        Assert.That(bench.Sink.Statistics.Silence, Is.EqualTo(Rate / 50).Within(Rate / 400));
        Assert.That(bench.WorstError(from: Rate), Is.LessThan(AlsaSink.Tolerance.Nanoseconds + s_startTolerance));
    }

    [Test]
    public void Hole_in_the_stream_is_silence_of_its_length()
    {
        using var bench = new Bench(
            10 * Rate,
            clock => new SimulatedPcm(clock, s_setup, isCapture: false),
            (format, total) => new CounterSource("source", format, total) { HoleAt = 5 * Rate, Hole = ClockTime.FromMilliseconds(300) });
        bench.Run(ClockTime.FromSeconds(20));
        Assert.That(bench.Sink.Statistics.Silence, Is.EqualTo(3 * Rate / 10).Within(Rate / 500));
        Assert.That(bench.WorstError(from: Rate), Is.LessThan(s_startTolerance));
        Assert.That(bench.Heard(), Has.Count.EqualTo(10 * Rate).Within(Rate / 20));
    }

    [TestCase(200)]
    [TestCase(-200)]
    public void Device_that_tells_no_times_is_aligned_by_those_of_the_calls_and_that_is_said_once(double ppm)
    {
        using var bench = new Bench(60 * Rate, clock => new SimulatedPcm(clock, s_setup, isCapture: false, ppm)
        {
            Quantum = 48,
            HardwareDelay = 700,
            IsStampless = true,
        });
        bench.Pipeline.UseClock(bench.Executor.Clock);
        bench.Run(ClockTime.FromSeconds(70));
        Assert.That(bench.WorstError(from: Rate), Is.LessThan(AlsaSink.Tolerance.Nanoseconds + s_startTolerance));
        Assert.That(bench.Sink.Statistics.Error.IsNone, Is.False);
        var said = new List<PipelineEvent>();
        while (bench.Pipeline.Events.TryRead(out PipelineEvent? next))
        {
            said.Add(next);
        }

        Assert.That(said.Where(one => one.Kind == "time-estimated").Select(one => one.Source), Is.EqualTo(["sink"]));
    }

    // If the card is faster than the pipeline's clock, its sound becomes early until silence is inserted. If it is slower, its sound
    // becomes late.
    [TestCase(200, -1)]
    [TestCase(-200, 1)]
    public void Error_is_positive_where_sound_would_be_late(double ppm, int sign)
    {
        using var bench = new Bench(60 * Rate, clock => new SimulatedPcm(clock, s_setup, isCapture: false, ppm));
        bench.Pipeline.UseClock(bench.Executor.Clock);
        bench.Run(ClockTime.FromSeconds(70));
        // The error is 200 ppm of 60 s, within the tolerance of the start.
        Assert.That(bench.Sink.Statistics.Error.Nanoseconds, Is.EqualTo(sign * 12e6).Within(s_startTolerance));
    }

    [Test]
    public void Stream_that_comes_late_is_an_underrun_and_goes_on_in_time()
    {
        using var measured = new Measurements();
        using var bench = new Bench(
            10 * Rate,
            clock => new SimulatedPcm(clock, s_setup, isCapture: false),
            (format, total) => new CounterSource("source", format, total) { Silence = (5 * Rate, ClockTime.FromSeconds(1)) });
        bench.Run(ClockTime.FromSeconds(20));
        Assert.That(bench.Pcm.Xruns, Is.EqualTo(1));
        Assert.That(bench.Sink.Statistics.Interruptions, Is.EqualTo(1));
        // The samples that were due during the underrun are left out, so that later samples are in time.
        Assert.That(bench.Sink.Statistics.Dropped, Is.GreaterThan(Rate / 2));
        Assert.That(measured.Sum("retrovue.device.interruptions", "kind=alsa"), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.device.dropped", "kind=alsa"), Is.EqualTo(bench.Sink.Statistics.Dropped));
        Assert.That(bench.WorstError(from: Rate), Is.LessThan(s_startTolerance));
    }

    [Test]
    public void End_of_stream_comes_when_the_last_sample_was_heard()
    {
        using var bench = new Bench(Rate, clock => new SimulatedPcm(clock, s_setup, isCapture: false));
        bench.Run(ClockTime.FromSeconds(5));
        Assert.That(bench.Heard()[^1].Sample, Is.EqualTo(Rate));
        // A second of sound, the latency of 100 ms, and up to a period until the end is noticed.
        Assert.That(bench.EndedAt, Is.InRange(ClockTime.FromMilliseconds(1100), ClockTime.FromMilliseconds(1130)));
    }

    [Test]
    public void Every_call_made_to_fail_is_recovered_from_or_said_clearly(
        [Values("Prepare", "Start", "GetStatus", "Write", "Resume", "Drop", "Drain")] string call,
        [Values(19, 32, 11, 12, 86, 77, 5, 4)] int errno,
        [Values(1, int.MaxValue)] int times)
    {
        const int enodev = 19;
        const int enomem = 12;
        const int eio = 5;
        FaultyPcm? faulty = null;
        int from = call is "GetStatus" or "Write" ? 30 : 1;
        using var bench = new Bench(
            5 * Rate,
            clock => new SimulatedPcm(clock, s_setup, isCapture: false),
            wrap: pcm => faulty = new FaultyPcm(pcm, call, errno, from, times));
        ElementException? thrown = bench.Run(ClockTime.FromSeconds(10), mayFail: true);
        Assert.That(bench.Pcm.IsDisposed, Is.True);
        // Resume is called in a suspend only, and Drop and Drain at the end only. So their failure may not have come up.
        Assert.That(faulty!.Failures > 0 || call is "Resume" or "Drop" or "Drain", Is.True, "the fault has occurred");
        bool isFatal = faulty!.Failures > 0 && call is not ("Drop" or "Drain") && (errno is enodev or enomem or eio || times > 1);
        if (isFatal)
        {
            Assert.That(thrown, Is.InstanceOf<ElementException>());
            Assert.That(thrown!.InnerException, Is.InstanceOf<DeviceException>().With.Message.Contain("'simulated'"));
            Assert.That(((DeviceException)thrown.InnerException!).ErrorCode, Is.EqualTo(errno));
        }
        else
        {
            Assert.That(thrown, Is.Null);
            Assert.That(bench.WorstError(from: 2 * Rate), Is.LessThan(s_startTolerance));
            Assert.That(bench.Heard(), Has.Count.GreaterThan(4 * Rate));
        }
    }

    /// <summary>A pipeline with a sink on a simulated card.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly CounterSource _source;

        public Bench(
            long samples,
            Func<IClock, SimulatedPcm> card,
            Func<AudioFormat, long, CounterSource>? source = null,
            Func<IPcm, IPcm>? wrap = null)
        {
            Executor = new SimulatedExecutor();
            Pcm = card(Executor.Clock);
            Pipeline = new Pipeline(new PipelineOptions { Executor = Executor });
            _source = Pipeline.Add(source?.Invoke(s_format, samples) ?? new CounterSource("source", s_format, samples));
            Sink = Pipeline.Add(new AlsaSink("sink", new AlsaOptions { Format = s_format, Reconnect = false }, () => wrap?.Invoke(Pcm) ?? Pcm));
            Pipeline.Link(_source, Sink);
        }

        public SimulatedExecutor Executor { get; }

        public SimulatedPcm Pcm { get; }

        public Pipeline Pipeline { get; }

        public AlsaSink Sink { get; }

        public ClockTime EndedAt { get; private set; }

        public ElementException? Run(ClockTime limit, bool mayFail = false)
        {
            try
            {
                Executor.RunUntilCompleted(Pipeline.RunAsync(), limit);
            }
            catch (ElementException exception) when (mayFail)
            {
                return exception;
            }

            EndedAt = Executor.Clock.Now;
            return null;
        }

        /// <summary>Returns each sample that was heard, and the time at which it was heard.</summary>
        public List<(int Sample, ClockTime At)> Heard()
        {
            var heard = new List<(int, ClockTime)>();
            foreach ((ClockTime start, List<int> left) in Pcm.Runs)
            {
                long first = start.IsNone ? 0 : Pcm.FrameAt(start);
                for (int i = 0; i < left.Count && !start.IsNone; i++)
                {
                    if (left[i] > 0)
                    {
                        heard.Add((left[i], Pcm.TimeOf(first + i)));
                    }
                }
            }

            return heard;
        }

        /// <summary>
        /// Returns the largest difference, in nanoseconds, between the time at which a sample was heard and the time at which it was due.
        /// </summary>
        public double WorstError(long from)
        {
            double worst = 0;
            foreach ((int sample, ClockTime at) in Heard())
            {
                if (sample >= from)
                {
                    ClockTime due = Pipeline.BaseTime + _source.PtsOf(sample - 1) + Pipeline.Latency;
                    worst = Math.Max(worst, Math.Abs((LineAt(at) - due).Nanoseconds));
                }
            }

            return worst;
        }

        public void Dispose() => Pipeline.DisposeAsync().AsTask().GetAwaiter().GetResult();

        // Converts system time to the pipeline's line. If the pipeline follows the card, the time is measured by the card's own frames.
        private ClockTime LineAt(ClockTime system) => Pipeline.Clock.Reference is AlsaClock
            ? Pipeline.Clock.At(Executor.Clock.Now) - Pcm.DurationBetween(system, Executor.Clock.Now)
            : system;
    }
}
