using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class ExecutorLockTests
{
    private readonly SimulatedExecutor _executor = new();

    [Test]
    public void Callers_come_in_in_their_order_on_the_thread_of_the_simulation()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var gate = new ExecutorLock(_executor);
        var log = new List<string>();
        Task[] callers = [.. Enumerable.Range(0, 4).Select(caller => ComeAsync(caller))];
        _executor.RunUntilCompleted(Task.WhenAll(callers), ClockTime.FromSeconds(10));
        int thread = Environment.CurrentManagedThreadId;
        Assert.That(log, Is.EqualTo(Enumerable.Range(0, 4).SelectMany(caller => new[] { $"{caller} in on {thread} at {caller}", $"{caller} out" })));

        async Task ComeAsync(int caller)
        {
            await gate.EnterAsync().ConfigureAwait(false);
            log.Add($"{caller} in on {Environment.CurrentManagedThreadId} at {_executor.Clock.Now.Nanoseconds / 1_000_000_000}");
            await _executor.WaitUntilAsync(_executor.Clock, _executor.Clock.Now + ClockTime.FromSeconds(1)).ConfigureAwait(false);
            log.Add($"{caller} out");
            gate.Exit();
        }
    }

    [Test]
    public async Task Caller_who_gives_up_is_not_let_in()
    {
        var gate = new ExecutorLock(_executor);
        await gate.EnterAsync();
        using var cancel = new CancellationTokenSource();
        Task gone = gate.EnterAsync(cancel.Token);
        Task patient = gate.EnterAsync();
        await cancel.CancelAsync();
        Assert.That(async () => await gone, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(patient.IsCompleted, Is.False);
        gate.Exit();
        await patient;
        gate.Exit();
        Assert.That(async () => await gate.EnterAsync(cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(gate.EnterAsync().IsCompletedSuccessfully, "free again");
    }

    [Test]
    public async Task Any_number_of_threads_find_at_most_one_inside()
    {
        var gate = new ExecutorLock(ThreadedExecutor.Default);
        int inside = 0;
        int visits = 0;
        int seed = Environment.TickCount;
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            for (int visit = 0; visit < 500; visit++)
            {
                using var cancel = new CancellationTokenSource();
                Task entering = gate.EnterAsync(cancel.Token);
                if (random.Next(4) == 0)
                {
                    await cancel.CancelAsync();
                }

                try
                {
                    await entering;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                Assert.That(Interlocked.Increment(ref inside), Is.EqualTo(1));
                visits++;
                if (random.Next(2) == 0)
                {
                    await Task.Yield();
                }

                Interlocked.Decrement(ref inside);
                gate.Exit();
            }
        })));
        Assert.That(visits, Is.InRange(2000, 4000), "three of four callers wait, and some of the others enter at once");
        Assert.That(gate.EnterAsync().IsCompletedSuccessfully, "nobody is left");
    }
}
