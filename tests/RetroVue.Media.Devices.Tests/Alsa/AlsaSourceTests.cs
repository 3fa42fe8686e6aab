using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>The source records from a simulated sound card. Each sample is the number of its frame.</summary>
public sealed class AlsaSourceTests
{
    private const int Rate = 48_000;
    private const int Period = 480;

    private static readonly AudioFormat s_format = new(SampleFormat.S32, Rate, ChannelLayout.Stereo);
    private static readonly PcmSetup s_setup = new("simulated", s_format, PcmEncoding.S32, Period, 9600);

    [TestCase(100)]
    [TestCase(-100)]
    public void Capture_pts_is_when_the_sample_was_captured_whatever_the_crystal_and_the_jitter(double ppm)
    {
        using var bench = new Bench(clock => new SimulatedPcm(clock, s_setup, isCapture: true, ppm)
        {
            Quantum = 48,
            Jitter = ClockTime.FromMilliseconds(1),
        });
        bench.Pipeline.UseClock(bench.Executor.Clock);
        bench.Run(ClockTime.FromSeconds(600));
        Assert.That(bench.Source.Statistics.Lost, Is.Zero);
        Assert.That(bench.Frames, Is.EqualTo(600 * Rate * (1 + (ppm / 1e6))).Within(4 * Period));
        // At first, the line is as late as the best status so far. That is at most the jitter and the quantum together: 2 ms.
        Assert.That(bench.WorstEarly, Is.LessThan(2_100_000));
        // Later, the least late interrupt of each second counts. It is late by a hundredth of the jitter on average, and the line takes
        // half a minute of such interrupts.
        Assert.That(bench.WorstLate, Is.LessThan(20_000));
        Assert.That(bench.Source.Statistics.Drift, Is.EqualTo(ppm).Within(3));
    }

    // The source reads the count once in a period of the card's time. With a card of 100 ppm, this moves by one tick of the kernel in 40 s.
    [Test]
    public void Capture_pts_is_when_the_sample_was_captured_though_the_count_moves_at_the_kernel_s_ticks(
        [Values(100, -100)] double ppm,
        [Values(10, 20)] int period,
        [Values] bool isSilent)
    {
        int frames = period * Rate / 1000;
        using var bench = new Bench(clock => new SimulatedPcm(clock, s_setup with { PeriodSize = frames, BufferSize = 20 * frames }, isCapture: true, ppm)
        {
            Tick = ClockTime.FromMilliseconds(4),
            IsSilent = isSilent,
        });
        bench.Pipeline.UseClock(bench.Executor.Clock);
        bench.Run(ClockTime.FromSeconds(600));
        // Interrupts come at the ticks, so the time is right to a frame. If a card does not report its interrupts, the source has six or
        // more readings in a second, which lie two thirds of a millisecond apart within the tick. The least late of them is late by less
        // than that. Both ends of the line's half minute may be late by so much.
        Assert.That(bench.WorstLate, Is.LessThan(isSilent ? 600_000 : 25_000));
        Assert.That(bench.Source.Statistics.Drift, Is.EqualTo(ppm).Within(isSilent ? 20 : 1));
    }

    [Test]
    public void Capture_of_a_card_whose_count_and_time_are_not_read_as_one_takes_neither()
    {
        using var bench = new Bench(clock => new SimulatedPcm(clock, s_setup, isCapture: true) { IsStampTorn = true });
        bench.Pipeline.UseClock(bench.Executor.Clock);
        bench.Run(ClockTime.FromSeconds(60));
        // The count's own step is a frame. The new count with the old time would be early by a period.
        Assert.That(Math.Max(bench.WorstEarly, bench.WorstLate), Is.LessThan(21_000));
    }

    [Test]
    public void Capture_hundred_stalls_lose_what_they_lose_and_nothing_accumulates()
    {
        int stalls = 0;
        using var bench = new Bench(clock => new SimulatedPcm(clock, s_setup, isCapture: true, 50) { Quantum = 48 });
        bench.Shown = _ =>
        {
            // Every two seconds there is a stall of half a second. The card's buffer holds 200 ms of that.
            if (bench.Executor.Clock.Now > ClockTime.FromSeconds(2 * (stalls + 1)) && stalls < 100)
            {
                stalls++;
                bench.Executor.Clock.Advance(ClockTime.FromMilliseconds(500));
            }
        };
        bench.Run(ClockTime.FromSeconds(230));
        Assert.That(stalls, Is.EqualTo(100));
        Assert.That(bench.Pcm.Xruns, Is.EqualTo(100));
        Assert.That(bench.Discontinuities, Is.EqualTo(100));
        // After each stall, the PTS and the counter differ by at most a period. The difference does not grow from the first stall to the
        // last.
        Assert.That(Math.Max(bench.WorstEarly, bench.WorstLate), Is.LessThan(s_format.DurationOf(Period).Nanoseconds));
        // The statistics count as many lost frames as the counter lacks. Each stall is known to a quantum and a frame: 49 frames.
        Assert.That(bench.Source.Statistics.Lost, Is.EqualTo(bench.Missing).Within(100 * 49));
    }

    [Test]
    public void Capture_gives_pts_that_never_go_back_and_sequence_numbers_without_gap()
    {
        using var bench = new Bench(clock => new SimulatedPcm(clock, s_setup, isCapture: true) { Quantum = 480, Jitter = ClockTime.FromMilliseconds(5) });
        long sequence = -1;
        ClockTime last = -ClockTime.FromNanoseconds(1);
        bench.Shown = buffer =>
        {
            Assert.That(buffer.Sequence, Is.EqualTo(++sequence));
            Assert.That(buffer.Pts, Is.GreaterThan(last));
            Assert.That(buffer.Duration, Is.EqualTo(ClockTime.FromMilliseconds(10)));
            last = buffer.Pts;
        };
        bench.Run(ClockTime.FromSeconds(20));
        Assert.That(sequence, Is.GreaterThan(1900));
    }

    [Test]
    public void Clock_of_a_running_card_is_elected_and_running_time_does_not_step()
    {
        using var bench = new Bench(clock => new SimulatedPcm(clock, s_setup, isCapture: true, 100) { Quantum = 48, Jitter = ClockTime.FromMilliseconds(1) });
        ClockTime last = ClockTime.None;
        ClockTime lastSystem = ClockTime.None;
        double worst = 0;
        bench.Shown = _ =>
        {
            ClockTime running = bench.Pipeline.RunningTime;
            ClockTime system = bench.Executor.Clock.Now;
            if (!last.IsNone)
            {
                double stretch = (running - last).Nanoseconds - (double)(system - lastSystem).Nanoseconds;
                worst = Math.Max(worst, Math.Abs(stretch) / (system - lastSystem).Nanoseconds);
            }

            (last, lastSystem) = (running, system);
        };
        bench.Run(ClockTime.FromSeconds(60));
        Assert.That(bench.Pipeline.Clock.Reference, Is.InstanceOf<AlsaClock>());
        // The pipeline's clock takes on at most 0.1 % of skew. A step would show as more over a period.
        Assert.That(worst, Is.LessThan(1.001e-3));
        Assert.That((bench.Pipeline.Clock.Rate - 1) * 1e6, Is.EqualTo(100).Within(5));
    }

    [Test]
    public void Clock_of_a_card_that_is_heard_of_no_more_stands_still_and_says_so()
    {
        var clock = new ControllableClock();
        var card = new AlsaClock(s_setup, clock);
        for (int i = 0; i < 1000; i++)
        {
            card.Observe(i * Period, clock.Now);
            clock.Advance(ClockTime.FromMilliseconds(10));
        }

        Assert.That(card.Read().State, Is.EqualTo(ClockState.Synchronised));
        clock.Advance(ClockTime.FromSeconds(5));
        ClockReading late = card.Read();
        // The last status was at 9.99 s. The clock stops after the 200 ms of the buffer and 100 ms more.
        Assert.That(late.State, Is.EqualTo(ClockState.HoldOver));
        Assert.That(late.Time.Nanoseconds, Is.EqualTo(10_290_000_000).Within(10));
        clock.Advance(ClockTime.FromSeconds(5));
        Assert.That(card.Now, Is.EqualTo(late.Time));
        card.Fail();
        Assert.That(card.Read().State, Is.EqualTo(ClockState.Failed));
    }

    [Test]
    public void Clock_goes_on_over_a_restart_without_a_step()
    {
        var clock = new ControllableClock();
        var card = new AlsaClock(s_setup, clock);
        for (int i = 0; i < 1000; i++)
        {
            card.Observe(i * Period, clock.Now);
            clock.Advance(ClockTime.FromMilliseconds(10));
        }

        card.Restart();
        clock.Advance(ClockTime.FromMilliseconds(50));
        ClockTime before = card.Now;
        card.Observe(1_000_000, clock.Now);
        Assert.That(card.Now, Is.EqualTo(before));
        clock.Advance(ClockTime.FromMilliseconds(10));
        Assert.That((card.Now - before).Nanoseconds, Is.EqualTo(10_000_000).Within(10));
    }

    [Test]
    public void Capture_of_24_bits_is_the_upper_part_of_32()
    {
        foreach (PcmEncoding encoding in (PcmEncoding[])[PcmEncoding.S24In32, PcmEncoding.S24Packed])
        {
            int[] samples = [0, 1 << 8, -1 << 8, 0x7FFFFF00, int.MinValue, 0x12345600];
            byte[] device = new byte[samples.Length * encoding.BytesPerSample()];
            PcmEncodings.Narrow(encoding, MemoryMarshal.AsBytes(samples.AsSpan()), device);
            int[] back = new int[samples.Length];
            PcmEncodings.Widen(encoding, device, MemoryMarshal.AsBytes(back.AsSpan()));
            Assert.That(back, Is.EqualTo(samples));
        }
    }

    [Test]
    public void Capture_allocates_nothing_for_a_buffer()
    {
        using var bench = new Bench(clock => new SimulatedPcm(clock, s_setup, isCapture: true) { Quantum = 48 }) { IsChecked = false };
        long before = 0;
        long after = 0;
        int count = 0;
        bench.Shown = _ =>
        {
            count++;
            before = count == 1_000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            after = count == 11_000 ? GC.GetAllocatedBytesForCurrentThread() : after;
        };
        bench.Run(ClockTime.FromSeconds(115));
        Assert.That(after - before, Is.Zero, "bytes over 10,000 buffers");
    }

    [Test]
    public void Every_call_made_to_fail_is_recovered_from_or_said_clearly(
        [Values("Prepare", "Start", "GetStatus", "GetStamp", "Read", "Resume", "Drop")] string call,
        [Values(19, 32, 11, 12, 86, 77, 5, 4)] int errno,
        [Values(1, int.MaxValue)] int times)
    {
        const int enodev = 19;
        const int enomem = 12;
        const int eio = 5;
        FaultyPcm? faulty = null;
        // A call that is made often fails from its fifth time on, so that the device runs by then.
        int from = call is "GetStatus" or "Read" ? 5 : 1;
        using var bench = new Bench(
            clock => new SimulatedPcm(clock, s_setup, isCapture: true),
            pcm => faulty = new FaultyPcm(pcm, call, errno, from, times));
        ElementException? thrown = bench.Run(ClockTime.FromSeconds(10), mayFail: true);
        Assert.That(bench.Pcm.IsDisposed, Is.True);
        // Resume is called in a suspend only, and Drop at the end only. So their failure may not have come up.
        Assert.That(faulty!.Failures > 0 || call is "Resume" or "Drop", Is.True, "the fault has occurred");
        // If GetStamp fails, the source uses the status. So its failure is not fatal.
        bool isFatal = faulty!.Failures > 0 && call is not ("Drop" or "GetStamp") && (errno is enodev or enomem or eio || times > 1);
        if (isFatal)
        {
            Assert.That(thrown, Is.InstanceOf<ElementException>());
            Assert.That(thrown!.InnerException, Is.InstanceOf<DeviceException>().With.Message.Contain("'simulated'"));
            Assert.That(((DeviceException)thrown.InnerException!).ErrorCode, Is.EqualTo(errno));
            // The call was tried again for less than half a second.
            Assert.That(bench.Executor.Clock.Now, Is.LessThan(ClockTime.FromSeconds(1)));
        }
        else
        {
            Assert.That(thrown, Is.Null);
            Assert.That(bench.Frames, Is.GreaterThan(9 * Rate));
            Assert.That(Math.Max(bench.WorstEarly, bench.WorstLate), Is.LessThan(s_format.DurationOf(Period).Nanoseconds));
        }
    }

    [Test]
    public async Task Start_of_a_device_that_is_not_there_names_it_and_the_remedy()
    {
        await using var pipeline = new Pipeline();
        AlsaSource source = pipeline.Add(new AlsaSource("source", new AlsaOptions { Device = "hw:CARD=NoSuchCard,DEV=0" }));
        pipeline.Link(source, pipeline.Add(new CollectingSink("sink")));
        Exception cause = (await Assert.ThrowsAsync<ElementException>(() => pipeline.RunAsync()))!.InnerException!;
        if (cause is DeviceLibraryException)
        {
            Assert.Ignore(cause.Message);
        }

        Assert.That(cause, Is.InstanceOf<DeviceException>());
        Assert.That(cause.Message, Does.Contain("hw:CARD=NoSuchCard,DEV=0"));
        Assert.That(cause.Message, Does.Contain("gone").Or.Contain("DeviceDirectory.List"));
    }

    /// <summary>A pipeline with a source on a simulated card. Each buffer is compared with the true times.</summary>
    private sealed class Bench : IDisposable
    {
        private long _next = -1;

        public Bench(Func<IClock, SimulatedPcm> card, Func<IPcm, IPcm>? wrap = null)
        {
            Executor = new SimulatedExecutor(ClockTime.FromMilliseconds(3));
            Pcm = card(Executor.Clock);
            Pipeline = new Pipeline(new PipelineOptions { Executor = Executor });
            Source = Pipeline.Add(new AlsaSource("source", new AlsaOptions { Format = s_format }, () => wrap?.Invoke(Pcm) ?? Pcm));
            Pipeline.Link(Source, Pipeline.Add(new CollectingSink("sink", Show)));
        }

        public SimulatedExecutor Executor { get; }

        public SimulatedPcm Pcm { get; }

        public Pipeline Pipeline { get; }

        public AlsaSource Source { get; }

        public Action<MediaBuffer>? Shown { get; set; }

        public bool IsChecked { get; init; } = true;

        public long Frames { get; private set; }

        public long Missing { get; private set; }

        public int Discontinuities { get; private set; }

        /// <summary>The most nanoseconds by which a time stamp was off the true time in the first ten seconds.</summary>
        public double WorstEarly { get; private set; }

        /// <summary>The same after the first ten seconds.</summary>
        public double WorstLate { get; private set; }

        public ElementException? Run(ClockTime duration, bool mayFail = false)
        {
            Task run = Pipeline.RunAsync();
            try
            {
                // The run never ends by itself, so the simulation stops at the limit.
                Executor.RunUntilCompleted(run, duration);
            }
            catch (InvalidOperationException)
            {
                Executor.RunUntilCompleted(Pipeline.StopAsync(), duration);
            }
            catch (ElementException exception) when (mayFail)
            {
                return exception;
            }

            return null;
        }

        public void Dispose() => Pipeline.DisposeAsync().AsTask().GetAwaiter().GetResult();

        private void Show(MediaBuffer buffer)
        {
            if (IsChecked)
            {
                Check(buffer);
            }

            Shown?.Invoke(buffer);
        }

        private void Check(MediaBuffer buffer)
        {
            ReadOnlySpan<int> samples = MemoryMarshal.Cast<byte, int>(buffer.Data);
            long first = samples[0];
            bool isDiscontinuous = (buffer.Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity;
            if (_next >= 0 && !isDiscontinuous)
            {
                Assert.That(first, Is.EqualTo(_next), "frames are missing without a discontinuity");
            }

            Missing += _next >= 0 ? first - _next : 0;
            Discontinuities += isDiscontinuous ? 1 : 0;
            int count = samples.Length / 2;
            _next = first + count;
            Frames += count;
            // Only if the pipeline follows the system clock is its line the world's line. Otherwise the error of the clock is added.
            ClockTime truth = Pipeline.Clock.At(Pcm.TimeOf(first)) - Pipeline.BaseTime;
            double late = Math.Abs((buffer.Pts - truth).Nanoseconds);
            if (Executor.Clock.Now < ClockTime.FromSeconds(10))
            {
                WorstEarly = Math.Max(WorstEarly, late);
            }
            else
            {
                WorstLate = Math.Max(WorstLate, late);
            }
        }
    }
}
