using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>The clock of a pipeline that runs in simulation without end: what it follows, how well, and what it does when that is lost.</summary>
public sealed class PipelineClockTests
{
    private SimulatedExecutor _executor = new();
    private Pipeline _pipeline = new();

    [SetUp]
    public void SetUp()
    {
        _executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        _pipeline = new Pipeline(new PipelineOptions { Executor = _executor });
        _pipeline.Link(_pipeline.Add(new CountingSource("source", long.MaxValue, new Rational(1, 3600), _executor.Clock)), _pipeline.Add(new CollectingSink("sink")));
    }

    [TearDown]
    public async Task TearDown() => await _pipeline.DisposeAsync();

    [Test]
    public async Task Clock_is_the_system_clock_to_the_nanosecond_until_another_is_followed()
    {
        // On the real clock, which goes on between any two looks at it.
        await using var pipeline = new Pipeline();
        ClockTime stamp = SystemClock.Instance.Now;
        Assert.That(pipeline.Clock.At(stamp), Is.EqualTo(stamp));
        pipeline.SelectClock();
        Assert.That(pipeline.Clock.At(stamp), Is.EqualTo(stamp));
        ClockReading reading = pipeline.Clock.Read();
        Assert.That(reading.Time, Is.EqualTo(reading.SystemTime));
    }

    [TestCase(100, 0, false)]
    [TestCase(-100, 20_000, false)]
    [TestCase(100, 20_000, true)]
    [TestCase(100, 200_000, false)]
    public async Task Drifting_jittery_reference_is_tracked(double ppm, long jitter, bool isOneSided)
    {
        var device = new SimulatedDeviceClock(_executor.Clock, ppm) { Jitter = ClockTime.FromNanoseconds(jitter), IsJitterOneSided = isOneSided };
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, device));
        await _pipeline.StartAsync();
        _executor.RunFor(ClockTime.FromSeconds(60));
        double worstRate = 0;
        ClockTime offset = device.Now - _pipeline.Clock.Now;
        ClockTime worstPhase = ClockTime.Zero;
        ClockTime first = ClockTime.None;
        for (int i = 0; i < 600; i++)
        {
            _executor.RunFor(ClockTime.FromMilliseconds(100));
            worstRate = Math.Max(worstRate, Math.Abs(_pipeline.Clock.Rate - 1 - (ppm / 1e6)) * 1e6);
            ClockTime phase = device.Now - _pipeline.Clock.Now - offset;
            first = first.IsNone ? phase : first;
            worstPhase = ClockTime.Max(worstPhase, phase.Abs());
        }

        await TestContext.Out.WriteLineAsync($"rate within {worstRate:0.0000} ppm, phase within {worstPhase} of that after 60 s");
        // A least-squares line through 600 pairs of deviation s over 60 s has a rate error of s * sqrt(12 / 600) / 60 s = 0.0024 s per
        // second; the rate shown adds half the phase error, s / sqrt(600) * 2, per second. Four deviations of the sum.
        double deviation = (jitter / 1e9 * 0.0024) + (jitter / 1e9 * 2 / Math.Sqrt(600) / 2);
        Assert.That(worstRate, Is.LessThan((4 * deviation * 1e6) + 0.01));
        // The phase estimate's deviation is s * 2 / sqrt(600); it moves by at most four of them either way.
        Assert.That(worstPhase.Nanoseconds, Is.LessThan((8 * jitter * 2 / Math.Sqrt(600)) + 20));
        Assert.That(_pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
    }

    [Test]
    public async Task System_clock_is_followed_exactly_where_nothing_else_is_offered()
    {
        await _pipeline.StartAsync();
        Assert.That(_pipeline.Clock.Reference, Is.SameAs(_executor.Clock));
        _executor.RunFor(ClockTime.FromSeconds(1234));
        Assert.That(_pipeline.RunningTime, Is.EqualTo(ClockTime.FromSeconds(1234)));
        Assert.That(_pipeline.Clock.Name, Is.EqualTo("pipeline(simulated-monotonic)"));
    }

    [Test]
    public async Task Lost_reference_with_no_other_goes_into_hold_over_at_its_rate_with_growing_uncertainty()
    {
        var device = new SimulatedDeviceClock(_executor.Clock, 80) { Jitter = ClockTime.FromMicroseconds(1) };
        var provider = new FakeProvider(ClockPriorities.Hardware, device);
        _pipeline.UseClock(provider);
        await _pipeline.StartAsync();
        _executor.RunFor(ClockTime.FromSeconds(60));
        ClockTime before = _pipeline.Clock.Now;
        provider.Provide(null);
        ClockTime uncertainty = _pipeline.Clock.Read().Uncertainty;
        for (int i = 0; i < 10; i++)
        {
            _executor.RunFor(ClockTime.FromSeconds(10));
            ClockReading reading = _pipeline.Clock.Read();
            Assert.That(reading.State, Is.EqualTo(ClockState.HoldOver));
            Assert.That(reading.Uncertainty > uncertainty, Is.True, $"{reading.Uncertainty} after {uncertainty}");
            uncertainty = reading.Uncertainty;
        }

        // 80 ppm of 100 s are 8 ms; the estimate of a rate from 600 pairs of 1 µs is good to far less than 1 ppm, 100 µs.
        ClockTime gained = _pipeline.Clock.Now - before - ClockTime.FromSeconds(100);
        Assert.That(gained.Nanoseconds, Is.EqualTo(8_000_000).Within(100_000));
        Assert.That(uncertainty > (gained - ClockTime.FromMilliseconds(8)).Abs(), Is.True, "the truth lies within");
        Assert.That(_pipeline.Clock.Reference, Is.SameAs(device));
    }

    [Test]
    public async Task Reference_that_returns_is_followed_again_after_two_seconds_without_a_step()
    {
        var device = new SimulatedDeviceClock(_executor.Clock, 80);
        var provider = new FakeProvider(ClockPriorities.Hardware, device);
        _pipeline.UseClock(provider);
        await _pipeline.StartAsync();
        _executor.RunFor(ClockTime.FromSeconds(30));
        device.State = ClockState.Failed;
        _executor.RunFor(ClockTime.FromSeconds(30));
        Assert.That(_pipeline.Clock.Read().State, Is.EqualTo(ClockState.HoldOver));
        device.State = ClockState.Synchronised;
        _executor.RunFor(ClockTime.FromMilliseconds(1900));
        Assert.That(_pipeline.Clock.Read().State, Is.EqualTo(ClockState.HoldOver), "hysteresis");
        ClockTime before = _pipeline.Clock.Now;
        // It is seen at the next look, since it does not say that it is back, and followed with the first look when two seconds are over.
        ClockTime looks = ClockTime.FromMilliseconds(100) + PipelineClock.DisciplineInterval + PipelineClock.DisciplineInterval;
        _executor.RunFor(looks);
        Assert.That(_pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
        // At 80 ppm all the while, known to a few: no step.
        double expected = looks.Nanoseconds * 80e-6;
        Assert.That((_pipeline.Clock.Now - before - looks).Nanoseconds, Is.EqualTo(expected).Within(2_000));
    }

    [Test]
    public async Task Fixed_clock_that_fails_and_returns_is_followed_again_and_never_replaced()
    {
        var device = new SimulatedDeviceClock(_executor.Clock, 80);
        _pipeline.UseClock(device);
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Precision, new SimulatedDeviceClock(_executor.Clock, name: "better")));
        await _pipeline.StartAsync();
        _executor.RunFor(ClockTime.FromSeconds(10));
        device.State = ClockState.Failed;
        _executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(_pipeline.Clock.Reference, Is.SameAs(device));
        Assert.That(_pipeline.Clock.Read().State, Is.EqualTo(ClockState.HoldOver));
        device.State = ClockState.Synchronised;
        _executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(_pipeline.Clock.Reference, Is.SameAs(device));
        Assert.That(_pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
    }

    [Test]
    public async Task Lost_reference_is_replaced_at_once_by_the_next_best()
    {
        var best = new FakeProvider(ClockPriorities.Network, new SimulatedDeviceClock(_executor.Clock, 10, name: "best"));
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(_executor.Clock, 20, name: "next")));
        _pipeline.UseClock(best);
        await _pipeline.StartAsync();
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("best"));
        best.Provide(null);
        _executor.RunFor(PipelineClock.DisciplineInterval + PipelineClock.DisciplineInterval);
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("next"));
        Assert.That(_pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
    }

    [Test]
    public async Task Better_clock_that_is_gained_is_followed_only_after_two_quiet_seconds()
    {
        var best = new FakeProvider(ClockPriorities.Network, null);
        var bestClock = new SimulatedDeviceClock(_executor.Clock, 10, name: "best");
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(_executor.Clock, 20, name: "next")));
        _pipeline.UseClock(best);
        await _pipeline.StartAsync();
        for (int i = 0; i < 10; i++)
        {
            // It comes and goes every second and is never followed.
            best.Provide(bestClock);
            _executor.RunFor(ClockTime.FromSeconds(1));
            Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("next"));
            best.Provide(null);
            _executor.RunFor(ClockTime.FromSeconds(1));
        }

        best.Provide(bestClock);
        _executor.RunFor(ClockTime.FromMilliseconds(1900));
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("next"));
        _executor.RunFor(ClockTime.FromMilliseconds(300));
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("best"));
    }

    [Test]
    public async Task Better_figure_alone_never_switches()
    {
        var first = new SimulatedDeviceClock(_executor.Clock, name: "first") { Jitter = ClockTime.FromMicroseconds(100) };
        var second = new SimulatedDeviceClock(_executor.Clock, name: "second") { Jitter = ClockTime.FromMicroseconds(200) };
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, first));
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, second));
        await _pipeline.StartAsync();
        second.Jitter = ClockTime.FromMicroseconds(1);
        _executor.RunFor(ClockTime.FromSeconds(100));
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("first"));
    }

    [Test]
    public async Task Displaced_clock_that_is_well_again_is_followed_again_without_saying_so()
    {
        var best = new SimulatedDeviceClock(_executor.Clock, 30, name: "best");
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(_executor.Clock, 20, name: "next")));
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Network, best));
        await _pipeline.StartAsync();
        best.State = ClockState.Unsynchronised;
        _executor.RunFor(ClockTime.FromSeconds(5));
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("next"));
        best.State = ClockState.Synchronised;
        _executor.RunFor(ClockTime.FromMilliseconds(1900));
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("next"), "hysteresis");
        // Seen at the next look, and followed with the first look when two seconds are over.
        _executor.RunFor(ClockTime.FromMilliseconds(100) + PipelineClock.DisciplineInterval + PipelineClock.DisciplineInterval);
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("best"));
    }

    [Test]
    public async Task Event_of_another_clock_does_not_switch_between_equals_by_a_better_figure()
    {
        var first = new SimulatedDeviceClock(_executor.Clock, name: "first") { Jitter = ClockTime.FromMicroseconds(100) };
        var second = new SimulatedDeviceClock(_executor.Clock, name: "second") { Jitter = ClockTime.FromMicroseconds(200) };
        var third = new FakeProvider(ClockPriorities.Software, new SimulatedDeviceClock(_executor.Clock, name: "third"));
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, first));
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, second));
        _pipeline.UseClock(third);
        await _pipeline.StartAsync();
        second.Jitter = ClockTime.FromMicroseconds(1);
        third.Provide(null);
        _executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("first"));
    }

    [Test]
    public async Task Clock_that_flaps_does_not_keep_another_from_returning()
    {
        var best = new SimulatedDeviceClock(_executor.Clock, name: "best");
        var flapping = new SimulatedDeviceClock(_executor.Clock, name: "flapping");
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(_executor.Clock, name: "next")));
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Network, best));
        _pipeline.UseClock(new FakeProvider(ClockPriorities.Network, flapping));
        flapping.State = ClockState.HoldOver;
        await _pipeline.StartAsync();
        best.State = ClockState.Failed;
        _executor.RunFor(ClockTime.FromSeconds(5));
        best.State = ClockState.Synchronised;
        for (int i = 0; i < 4; i++)
        {
            flapping.State = i % 2 == 0 ? ClockState.Synchronised : ClockState.Failed;
            _executor.RunFor(ClockTime.FromSeconds(1));
        }

        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("best"));
    }

    [Test]
    public void Whatever_clocks_do_the_best_settled_one_is_followed_and_running_time_is_continuous() => RandomCases.Run(10, FollowRandomClocks);

    [Test]
    [Category("Soak")]
    public void Whatever_ten_thousand_sets_of_clocks_do_the_best_settled_one_is_followed() => RandomCases.Run(10_000, FollowRandomClocks);

    [Test]
    public async Task Running_time_is_continuous_and_monotone_through_a_hundred_elections()
    {
        var random = new Random(5);
        FakeProvider[] providers = [.. Enumerable.Range(0, 4).Select(i => new FakeProvider(
            ClockPriorities.Hardware + i,
            new SimulatedDeviceClock(_executor.Clock, random.Next(-200, 201), ClockTime.FromSeconds(random.Next(1_000_000)), $"device-{i}", seed: i)
            {
                Jitter = ClockTime.FromMicroseconds(5),
            }))];
        IClock[] clocks = [.. providers.Select(provider => provider.ProvideClock()!)];
        Array.ForEach(providers, _pipeline.UseClock);
        await _pipeline.StartAsync();
        int elections = 0;
        IClock last = _pipeline.Clock.Reference;
        ClockTime lastTime = _pipeline.RunningTime;
        while (elections < 100)
        {
            int i = random.Next(4);
            providers[i].Provide(providers[i].ProvideClock() is null ? clocks[i] : null);
            for (int step = 0; step < 400; step++)
            {
                _executor.RunFor(ClockTime.FromMilliseconds(10));
                ClockTime now = _pipeline.RunningTime;
                // The clock may run at most 0.1 % off the system clock; a step would show as more.
                Assert.That((now - lastTime).Nanoseconds, Is.EqualTo(10_000_000).Within(10_001));
                lastTime = now;
                if (!ReferenceEquals(last, _pipeline.Clock.Reference))
                {
                    last = _pipeline.Clock.Reference;
                    elections++;
                }
            }
        }
    }

    [Test]
    public async Task Sink_element_that_provides_a_clock_is_elected_before_a_source()
    {
        await _pipeline.DisposeAsync();
        _pipeline = new Pipeline(new PipelineOptions { Executor = _executor });
        var source = _pipeline.Add(new ClockedElement("source", isSink: false, new SimulatedDeviceClock(_executor.Clock, 5, name: "source-clock")));
        var sink = _pipeline.Add(new ClockedElement("sink", isSink: true, new SimulatedDeviceClock(_executor.Clock, 50, name: "sink-clock") { Jitter = ClockTime.FromMicroseconds(9) }));
        _pipeline.Link(source, sink);
        await _pipeline.StartAsync();
        Assert.That(_pipeline.Clock.Reference.Name, Is.EqualTo("sink-clock"));
        Assert.That(_pipeline.Events.TryRead(out PipelineEvent? elected), Is.True);
        Assert.That(elected!.Kind, Is.EqualTo("clock-elected"));
        Assert.That(elected.Message, Does.Contain("sink-clock"));
    }

    private static void FollowRandomClocks(Random random)
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue, new Rational(1, 3600), executor.Clock)), pipeline.Add(new CollectingSink("sink")));
        SimulatedDeviceClock[] clocks = [.. Enumerable.Range(0, 5).Select(i => new SimulatedDeviceClock(
            executor.Clock, random.Next(-200, 201), ClockTime.FromSeconds(random.Next(1_000_000)), $"device-{i}", seed: i)
        {
            Jitter = ClockTime.FromMicroseconds(5),
        })];
        FakeProvider[] providers = [.. clocks.Select(clock => new FakeProvider(random.Next(3) * 100, clock))];
        Array.ForEach(providers, pipeline.UseClock);
        executor.RunUntilCompleted(pipeline.StartAsync(), executor.Clock.Now + ClockTime.FromSeconds(1));
        ClockTime last = pipeline.RunningTime;
        for (int change = 0; change < 20; change++)
        {
            int i = random.Next(clocks.Length);
            switch (random.Next(4))
            {
                case 0:
                    providers[i].Provide(providers[i].ProvideClock() is null ? clocks[i] : null);
                    break;
                case 1:
                    clocks[i].Jitter = ClockTime.FromMicroseconds(random.Next(1, 50));
                    break;
                default:
                    clocks[i].State = (ClockState)random.Next(4);
                    break;
            }

            // Some changes come before the last one has settled.
            int steps = random.Next(2) == 0 ? random.Next(1, 100) : 300;
            for (int step = 0; step < steps; step++)
            {
                executor.RunFor(ClockTime.FromMilliseconds(10));
                // The clock may run at most 0.1 % off the system clock; a step would show as more.
                Assert.That((pipeline.RunningTime - last).Nanoseconds, Is.EqualTo(10_000_000).Within(10_001));
                last = pipeline.RunningTime;
            }

            // Two seconds of hysteresis and two looks at 250 ms after the last change all is settled: nobody of a higher priority is well.
            int[] well = [.. providers.Where(provider => provider.ProvideClock()?.Read().State == ClockState.Synchronised).Select(provider => provider.ClockPriority)];
            if (steps == 300 && well.Length > 0)
            {
                FakeProvider followed = providers.Single(provider => ReferenceEquals(provider.ProvideClock(), pipeline.Clock.Reference));
                Assert.That(followed.ClockPriority, Is.EqualTo(well.Max()));
                Assert.That(pipeline.Clock.Reference.Read().State, Is.EqualTo(ClockState.Synchronised));
            }
        }

        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), executor.Clock.Now + ClockTime.FromSeconds(1));
    }

    private sealed class ClockedElement : Element, IClockProvider
    {
        private readonly IClock _clock;

        public ClockedElement(string name, bool isSink, IClock clock)
            : base(name)
        {
            _clock = clock;
            if (isSink)
            {
                AddInput();
            }
            else
            {
                AddOutput();
            }
        }

        public event EventHandler<ClockChangedEventArgs>? ClockChanged
        {
            add { }
            remove { }
        }

        public int ClockPriority => ClockPriorities.Hardware;

        public IClock? ProvideClock() => _clock;

        protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => buffer.Release();
    }
}
