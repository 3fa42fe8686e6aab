using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>The clock of a pipeline, which runs in simulation without end, follows another clock and copes with its loss.</summary>
public sealed class PipelineClockTests : EndlessPipelineFixture
{
    [Test]
    public async Task Clock_is_the_system_clock_to_the_nanosecond_until_another_is_followed()
    {
        // This uses the real clock, which goes on between two readings.
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
        var device = new SimulatedDeviceClock(Executor.Clock, ppm) { Jitter = ClockTime.FromNanoseconds(jitter), IsJitterOneSided = isOneSided };
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Hardware, device));
        await Pipeline.StartAsync();
        Executor.RunFor(ClockTime.FromSeconds(60));
        double worstRate = 0;
        ClockTime offset = device.Now - Pipeline.Clock.Now;
        ClockTime worstPhase = ClockTime.Zero;
        ClockTime first = ClockTime.None;
        for (int i = 0; i < 600; i++)
        {
            Executor.RunFor(ClockTime.FromMilliseconds(100));
            worstRate = Math.Max(worstRate, Math.Abs(Pipeline.Clock.Rate - 1 - (ppm / 1e6)) * 1e6);
            ClockTime phase = device.Now - Pipeline.Clock.Now - offset;
            first = first.IsNone ? phase : first;
            worstPhase = ClockTime.Max(worstPhase, phase.Abs());
        }

        await TestContext.Out.WriteLineAsync($"rate within {worstRate:0.0000} ppm, phase within {worstPhase} of that after 60 s");
        // A least-squares line through 600 pairs over 60 s, with a deviation of s, has a rate error of s * sqrt(12 / 600) / 60 s = 0.0024 s
        // per second. The rate shown adds half of the phase error, s / sqrt(600) * 2, per second. The bound is four deviations of the sum.
        double deviation = (jitter / 1e9 * 0.0024) + (jitter / 1e9 * 2 / Math.Sqrt(600) / 2);
        Assert.That(worstRate, Is.LessThan((4 * deviation * 1e6) + 0.01));
        // The deviation of the phase estimate is s * 2 / sqrt(600). It moves by at most four deviations either way.
        Assert.That(worstPhase.Nanoseconds, Is.LessThan((8 * jitter * 2 / Math.Sqrt(600)) + 20));
        Assert.That(Pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
    }

    [Test]
    public async Task System_clock_is_followed_exactly_where_nothing_else_is_offered()
    {
        await Pipeline.StartAsync();
        Assert.That(Pipeline.Clock.Reference, Is.SameAs(Executor.Clock));
        Executor.RunFor(ClockTime.FromSeconds(1234));
        Assert.That(Pipeline.RunningTime, Is.EqualTo(ClockTime.FromSeconds(1234)));
        Assert.That(Pipeline.Clock.Name, Is.EqualTo("pipeline(simulated-monotonic)"));
    }

    [Test]
    public async Task Lost_reference_with_no_other_goes_into_hold_over_at_its_rate_with_growing_uncertainty()
    {
        var device = new SimulatedDeviceClock(Executor.Clock, 80) { Jitter = ClockTime.FromMicroseconds(1) };
        var provider = new FakeProvider(ClockPriorities.Hardware, device);
        Pipeline.UseClock(provider);
        await Pipeline.StartAsync();
        Executor.RunFor(ClockTime.FromSeconds(60));
        ClockTime before = Pipeline.Clock.Now;
        provider.Provide(null);
        ClockTime uncertainty = Pipeline.Clock.Read().Uncertainty;
        for (int i = 0; i < 10; i++)
        {
            Executor.RunFor(ClockTime.FromSeconds(10));
            ClockReading reading = Pipeline.Clock.Read();
            Assert.That(reading.State, Is.EqualTo(ClockState.HoldOver));
            Assert.That(reading.Uncertainty > uncertainty, Is.True, $"{reading.Uncertainty} after {uncertainty}");
            uncertainty = reading.Uncertainty;
        }

        // 80 ppm of 100 s are 8 ms. The rate from 600 pairs of 1 µs is known to far less than 1 ppm, which is 100 µs here.
        ClockTime gained = Pipeline.Clock.Now - before - ClockTime.FromSeconds(100);
        Assert.That(gained.Nanoseconds, Is.EqualTo(8_000_000).Within(100_000));
        Assert.That(uncertainty > (gained - ClockTime.FromMilliseconds(8)).Abs(), Is.True, "the true time is within the uncertainty");
        Assert.That(Pipeline.Clock.Reference, Is.SameAs(device));
    }

    [Test]
    public async Task Reference_that_returns_is_followed_again_after_two_seconds_without_a_step()
    {
        var device = new SimulatedDeviceClock(Executor.Clock, 80);
        var provider = new FakeProvider(ClockPriorities.Hardware, device);
        Pipeline.UseClock(provider);
        await Pipeline.StartAsync();
        Executor.RunFor(ClockTime.FromSeconds(30));
        device.State = ClockState.Failed;
        Executor.RunFor(ClockTime.FromSeconds(30));
        Assert.That(Pipeline.Clock.Read().State, Is.EqualTo(ClockState.HoldOver));
        device.State = ClockState.Synchronised;
        Executor.RunFor(ClockTime.FromMilliseconds(1900));
        Assert.That(Pipeline.Clock.Read().State, Is.EqualTo(ClockState.HoldOver), "hysteresis");
        ClockTime before = Pipeline.Clock.Now;
        // The reference raises no event when it returns, so the pipeline sees it at its next look. It follows it at the first look after
        // two more seconds.
        ClockTime looks = ClockTime.FromMilliseconds(100) + PipelineClock.DisciplineInterval + PipelineClock.DisciplineInterval;
        Executor.RunFor(looks);
        Assert.That(Pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
        // The pipeline's clock ran at 80 ppm all the time, known to a few ppm. So there is no step.
        double expected = looks.Nanoseconds * 80e-6;
        Assert.That((Pipeline.Clock.Now - before - looks).Nanoseconds, Is.EqualTo(expected).Within(2_000));
    }

    [Test]
    public async Task Fixed_clock_that_fails_and_returns_is_followed_again_and_never_replaced()
    {
        var device = new SimulatedDeviceClock(Executor.Clock, 80);
        Pipeline.UseClock(device);
        Pipeline.UseClock(new FakeProvider(ClockPriorities.Precision, new SimulatedDeviceClock(Executor.Clock, name: "better")));
        await Pipeline.StartAsync();
        Executor.RunFor(ClockTime.FromSeconds(10));
        device.State = ClockState.Failed;
        Executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(Pipeline.Clock.Reference, Is.SameAs(device));
        Assert.That(Pipeline.Clock.Read().State, Is.EqualTo(ClockState.HoldOver));
        device.State = ClockState.Synchronised;
        Executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(Pipeline.Clock.Reference, Is.SameAs(device));
        Assert.That(Pipeline.Clock.Read().State, Is.EqualTo(ClockState.Synchronised));
    }
}
