using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class SimulatedExecutorTests
{
    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(40);

    [Test]
    public void Step_that_passes_time_lets_what_became_due_come_before_its_next()
    {
        var executor = new SimulatedExecutor();
        var log = new List<string>();
        // This is like a camera that always has a next picture, and whose read blocks until that picture comes.
        executor.Attach(new StepTask("camera", () =>
        {
            executor.Clock.AdvanceTo(executor.Clock.Now + s_interval);
            log.Add($"camera {executor.Clock.Now.Nanoseconds / 1_000_000}");
            return StepResult.Again;
        }));
        int ticks = 0;
        executor.Attach(new StepTask("ticker", () =>
        {
            log.Add($"tick {ticks}");
            ticks++;
            return StepResult.At(executor.Clock, ClockTime.FromMilliseconds(20 * ticks));
        }));
        executor.RunUntil(ClockTime.FromMilliseconds(100));
        // A task that is due when the camera's picture comes does not wait for other tasks, but it runs after the camera's step.
        Assert.That(log, Is.EqualTo(new[] { "camera 40", "tick 0", "tick 1", "camera 80", "tick 2", "tick 3", "camera 120" }));
    }

    [Test]
    public void Task_woken_on_another_thread_fails_the_run()
    {
        var executor = new SimulatedExecutor();
        var sleeper = new StepTask("sleeper", () => StepResult.Idle);
        executor.Attach(sleeper);
        executor.RunFor(s_interval);
        executor.Attach(new StepTask("intruder", () =>
        {
            var thread = new Thread(sleeper.Wake);
            thread.Start();
            thread.Join();
            return StepResult.Finished;
        }));
        Assert.That(() => executor.RunFor(s_interval), Throws.InvalidOperationException.With.Message.Contains("'sleeper'").And.Message.Contains("thread pool"));
    }
}
