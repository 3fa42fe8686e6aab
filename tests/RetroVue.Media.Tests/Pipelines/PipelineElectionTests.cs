using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>A pipeline that runs in simulation without end chooses the clock to follow, as clocks come, go, fail and return.</summary>
public sealed class PipelineElectionTests : EndlessPipelineFixture
{
    [Test]
    public async Task Lost_reference_is_replaced_at_once_by_the_next_best()
    {
        var best = new FakeProvider(ClockPriorities.Network, new SimulatedDeviceClock(Executor.Clock, 10, name: "best"));
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(Executor.Clock, 20, name: "next")));
        Pipeline.UseClock(best);
        await Pipeline.StartAsync();
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("best"));
        best.Provide(null);
        Executor.RunFor(PipelineClock.DisciplineInterval + PipelineClock.DisciplineInterval);
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("next"));
        Assert.That(Pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
    }

    [Test]
    public async Task Better_clock_that_is_gained_is_followed_only_after_two_quiet_seconds()
    {
        var best = new FakeProvider(ClockPriorities.Network, null);
        var bestClock = new SimulatedDeviceClock(Executor.Clock, 10, name: "best");
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(Executor.Clock, 20, name: "next")));
        Pipeline.UseClock(best);
        await Pipeline.StartAsync();
        for (int i = 0; i < 10; i++)
        {
            // The clock comes and goes every second, so it is never followed.
            best.Provide(bestClock);
            Executor.RunFor(ClockTime.FromSeconds(1));
            Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("next"));
            best.Provide(null);
            Executor.RunFor(ClockTime.FromSeconds(1));
        }

        best.Provide(bestClock);
        Executor.RunFor(ClockTime.FromMilliseconds(1900));
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("next"));
        Executor.RunFor(ClockTime.FromMilliseconds(300));
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("best"));
    }

    [Test]
    public async Task Better_figure_alone_never_switches()
    {
        var first = new SimulatedDeviceClock(Executor.Clock, name: "first") { Jitter = ClockTime.FromMicroseconds(100) };
        var second = new SimulatedDeviceClock(Executor.Clock, name: "second") { Jitter = ClockTime.FromMicroseconds(200) };
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, first));
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, second));
        await Pipeline.StartAsync();
        second.Jitter = ClockTime.FromMicroseconds(1);
        Executor.RunFor(ClockTime.FromSeconds(100));
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("first"));
    }

    [Test]
    public async Task Displaced_clock_that_is_well_again_is_followed_again_without_saying_so()
    {
        var best = new SimulatedDeviceClock(Executor.Clock, 30, name: "best");
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(Executor.Clock, 20, name: "next")));
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Network, best));
        await Pipeline.StartAsync();
        best.State = ClockState.Unsynchronised;
        Executor.RunFor(ClockTime.FromSeconds(5));
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("next"));
        best.State = ClockState.Synchronised;
        Executor.RunFor(ClockTime.FromMilliseconds(1900));
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("next"), "the old clock must be well for two seconds");
        // The pipeline sees the clock at its next look, and follows it at the first look after two seconds.
        Executor.RunFor(ClockTime.FromMilliseconds(100) + PipelineClock.DisciplineInterval + PipelineClock.DisciplineInterval);
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("best"));
    }

    [Test]
    public async Task Event_of_another_clock_does_not_switch_between_equals_by_a_better_figure()
    {
        var first = new SimulatedDeviceClock(Executor.Clock, name: "first") { Jitter = ClockTime.FromMicroseconds(100) };
        var second = new SimulatedDeviceClock(Executor.Clock, name: "second") { Jitter = ClockTime.FromMicroseconds(200) };
        var third = new FakeProvider(ClockPriorities.Software, new SimulatedDeviceClock(Executor.Clock, name: "third"));
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, first));
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, second));
        Pipeline.UseClock(third);
        await Pipeline.StartAsync();
        second.Jitter = ClockTime.FromMicroseconds(1);
        third.Provide(null);
        Executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("first"));
    }

    [Test]
    public async Task Clock_that_flaps_does_not_keep_another_from_returning()
    {
        var best = new SimulatedDeviceClock(Executor.Clock, name: "best");
        var flapping = new SimulatedDeviceClock(Executor.Clock, name: "flapping");
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, new SimulatedDeviceClock(Executor.Clock, name: "next")));
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Network, best));
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Network, flapping));
        flapping.State = ClockState.HoldOver;
        await Pipeline.StartAsync();
        best.State = ClockState.Failed;
        Executor.RunFor(ClockTime.FromSeconds(5));
        best.State = ClockState.Synchronised;
        for (int i = 0; i < 4; i++)
        {
            flapping.State = i % 2 == 0 ? ClockState.Synchronised : ClockState.Failed;
            Executor.RunFor(ClockTime.FromSeconds(1));
        }

        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("best"));
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
            new SimulatedDeviceClock(Executor.Clock, random.Next(-200, 201), ClockTime.FromSeconds(random.Next(1_000_000)), $"device-{i}", seed: i)
            {
                Jitter = ClockTime.FromMicroseconds(5),
            }))];
        IClock[] clocks = [.. providers.Select(provider => provider.ProvideClock()!)];
        Array.ForEach(providers, Pipeline.UseClock);
        await Pipeline.StartAsync();
        int elections = 0;
        IClock last = Pipeline.Clock.Reference;
        ClockTime lastTime = Pipeline.RunningTime;
        while (elections < 100)
        {
            int i = random.Next(4);
            providers[i].Provide(providers[i].ProvideClock() is null ? clocks[i] : null);
            for (int step = 0; step < 400; step++)
            {
                Executor.RunFor(ClockTime.FromMilliseconds(10));
                ClockTime now = Pipeline.RunningTime;
                // The clock may run at most 0.1 % off the system clock. A step would show as more than that.
                Assert.That((now - lastTime).Nanoseconds, Is.EqualTo(10_000_000).Within(10_001));
                lastTime = now;
                if (!ReferenceEquals(last, Pipeline.Clock.Reference))
                {
                    last = Pipeline.Clock.Reference;
                    elections++;
                }
            }
        }
    }

    [Test]
    public async Task Sink_element_that_provides_a_clock_is_elected_before_a_source()
    {
        await Pipeline.DisposeAsync();
        Pipeline = new Pipeline(new PipelineOptions { Executor = Executor });
        var source = Pipeline.Add(new ClockedElement("source", isSink: false, new SimulatedDeviceClock(Executor.Clock, 5, name: "source-clock")));
        var sink = Pipeline.Add(new ClockedElement("sink", isSink: true, new SimulatedDeviceClock(Executor.Clock, 50, name: "sink-clock") { Jitter = ClockTime.FromMicroseconds(9) }));
        Pipeline.Link(source, sink);
        await Pipeline.StartAsync();
        Assert.That(Pipeline.Clock.Reference.Name, Is.EqualTo("sink-clock"));
        Assert.That(Pipeline.Events.TryRead(out PipelineEvent? elected), Is.True);
        Assert.That(elected!.Kind, Is.EqualTo("clock-elected"));
        Assert.That(elected.Message, Does.Contain("sink-clock"));
    }

    private static void FollowRandomClocks(Random random)
    {
        (SimulatedExecutor executor, Pipeline pipeline) = Create();
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

            // In half of the cases, changes come before the last one has settled.
            int steps = random.Next(2) == 0 ? random.Next(1, 100) : 300;
            for (int step = 0; step < steps; step++)
            {
                executor.RunFor(ClockTime.FromMilliseconds(10));
                // The clock may run at most 0.1 % off the system clock. A step would show as more than that.
                Assert.That((pipeline.RunningTime - last).Nanoseconds, Is.EqualTo(10_000_000).Within(10_001));
                last = pipeline.RunningTime;
            }

            // Two seconds of hysteresis and two looks of 250 ms after the last change, the choice has settled: no clock of a higher
            // priority is well.
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
