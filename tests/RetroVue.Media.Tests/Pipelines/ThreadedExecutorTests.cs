using System.Globalization;
using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Interop;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class ThreadedExecutorTests
{
    private static readonly SystemClock s_system = SystemClock.Instance;

    [TestCase(StepPlacement.Shared)]
    [TestCase(StepPlacement.Reading)]
    [TestCase(StepPlacement.OwnThread)]
    public async Task Wakes_from_several_threads_are_never_lost(StepPlacement placement)
    {
        const int producers = 3;
        const int each = 200_000;
        var executor = new ThreadedExecutor(name: "wake");
        long offered = 0;
        long taken = 0;
        var all = new TaskCompletionSource();
        var task = new StepTask(
            "taker",
            () =>
            {
                // The units are offered one at a time, and then none. The last unit is taken only if no wake is lost.
                long now = Interlocked.Read(ref offered);
                if (taken < now)
                {
                    taken = now;
                }

                if (taken == producers * each)
                {
                    all.TrySetResult();
                }

                return StepResult.Idle;
            },
            placement);
        executor.Attach(task);
        Thread[] threads = [.. Enumerable.Range(0, producers).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < each; i++)
            {
                Interlocked.Increment(ref offered);
                task.Wake();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        await Watchdog.WithinAsync(all.Task, TimeSpan.FromSeconds(60));
        await executor.DetachAsync(task);
        Assert.That(taken, Is.EqualTo(producers * each));
    }

    [Test]
    public async Task Two_tasks_that_wake_each_other_take_turns_without_a_loss()
    {
        const int turns = 20_000;
        var executor = new ThreadedExecutor(name: "ping");
        long ball = 0;
        var done = new TaskCompletionSource();
        StepTask? ping = null, pong = null;
        ping = new StepTask("ping", () => Play(0, pong!), StepPlacement.OwnThread);
        pong = new StepTask("pong", () => Play(1, ping), StepPlacement.OwnThread);
        executor.Attach(ping);
        executor.Attach(pong);
        await Watchdog.WithinAsync(done.Task, TimeSpan.FromSeconds(60));
        await executor.DetachAsync(ping);
        await executor.DetachAsync(pong);
        Assert.That(ball, Is.EqualTo(turns));

        StepResult Play(int side, StepTask other)
        {
            long now = Volatile.Read(ref ball);
            if (now == turns)
            {
                done.TrySetResult();
            }
            else if (now % 2 == side)
            {
                Volatile.Write(ref ball, now + 1);
                other.Wake();
                if (now + 1 == turns)
                {
                    done.TrySetResult();
                }
            }

            return StepResult.Idle;
        }
    }

    [Test]
    public async Task Deadlines_of_many_tasks_are_served_in_order_and_never_early()
    {
        const int count = 40;
        var executor = new ThreadedExecutor(name: "order");
        var served = new List<int>();
        long early = 0;
        var done = new TaskCompletionSource();
        ClockTime start = s_system.Now + ClockTime.FromMilliseconds(50);
        int[] shuffled = [.. Enumerable.Range(0, count)];
        new Random(4).Shuffle(shuffled);
        StepTask[] tasks = [.. shuffled.Select(n =>
        {
            ClockTime due = start + ClockTime.FromMilliseconds(n);
            bool hasWaited = false;
            return new StepTask($"task{n}", () =>
            {
                if (!hasWaited)
                {
                    hasWaited = true;
                    return StepResult.At(s_system, due);
                }

                early += s_system.Now < due ? 1 : 0;
                // The shared thread runs all tasks, so the list needs no lock.
                served.Add(n);
                if (served.Count == count)
                {
                    done.TrySetResult();
                }

                return StepResult.Finished;
            });
        })];
        Array.ForEach(tasks, executor.Attach);
        await Watchdog.WithinAsync(done.Task, TimeSpan.FromSeconds(60));
        foreach (StepTask task in tasks)
        {
            await executor.DetachAsync(task);
        }

        Assert.That(early, Is.Zero);
        Assert.That(served, Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public async Task Deadline_on_another_clock_is_followed_when_its_rate_changes()
    {
        var line = new DisciplinedClock(s_system, ClockTime.Zero, "line");
        var executor = new ThreadedExecutor(name: "remap");
        var done = new TaskCompletionSource();
        bool hasWaited = false;
        ClockTime servedAt = ClockTime.None;
        var task = new StepTask("waiter", () =>
        {
            if (!hasWaited)
            {
                hasWaited = true;
                return StepResult.At(line, ClockTime.FromSeconds(3600));
            }

            servedAt = line.Now;
            done.TrySetResult();
            return StepResult.Finished;
        });
        executor.Attach(task);
        // The deadline is an hour ahead by the clock. Then the clock is stepped, and the thread must notice that at its next look.
        line.StepForward(ClockTime.FromSeconds(3600) - ClockTime.FromMilliseconds(150));
        await Watchdog.WithinAsync(done.Task, TimeSpan.FromSeconds(60));
        await executor.DetachAsync(task);
        Assert.That(servedAt >= ClockTime.FromSeconds(3600), Is.True);
    }

    /// <summary>A station has some waits on its clock in each channel; one by one they would wake the thread thousands of times a second.</summary>
    [Test]
    public async Task Deadlines_on_another_clock_wake_the_thread_together()
    {
        const int count = 100;
        var line = new DisciplinedClock(s_system, ClockTime.Zero, "line");
        var executor = new ThreadedExecutor(name: "together");
        int thread = 0;
        StepTask[] tasks = [.. Enumerable.Range(0, count).Select(n => new StepTask($"wait-{n}", () =>
        {
            thread = Libc.gettid();
            return StepResult.At(line, ClockTime.FromSeconds(3600 + n));
        }))];
        foreach (StepTask task in tasks)
        {
            executor.Attach(task);
            // So that the waits do not begin at one time by themselves.
            await executor.WaitUntilAsync(s_system, s_system.Now + ClockTime.FromMicroseconds(1700));
        }

        long before = Sleeps();
        await Task.Delay(1000);
        long sleeps = Sleeps() - before;
        await Task.WhenAll(tasks.Select(executor.DetachAsync));
        await TestContext.Out.WriteLineAsync($"{sleeps} sleeps");
        // Ten looks in a second; some waits end a little early and are repeated. One by one there were a thousand.
        Assert.That(sleeps, Is.LessThan(60));

        long Sleeps() => long.Parse(
            File.ReadLines($"/proc/self/task/{thread}/status").Single(row => row.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal)).Split('\t')[1],
            CultureInfo.InvariantCulture);
    }

    [TestCase(StepPlacement.Shared)]
    [TestCase(StepPlacement.Reading)]
    [TestCase(StepPlacement.OwnThread)]
    public async Task Detach_waits_for_the_step_under_way_and_no_step_comes_after(StepPlacement placement)
    {
        var executor = new ThreadedExecutor(name: "detach");
        using var isInStep = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        int steps = 0;
        var task = new StepTask(
            "slow",
            () =>
            {
                isInStep.Set();
                mayEnd.Wait();
                steps++;
                return StepResult.Again;
            },
            placement);
        executor.Attach(task);
        isInStep.Wait();
        Task detaching = executor.DetachAsync(task);
        Assert.That(detaching.IsCompleted, Is.False);
        mayEnd.Set();
        await detaching;
        int stepsAtEnd = steps;
        task.Wake();
        Assert.That(task.Executor, Is.Null);
        // The task is attached again: this shows that the first run has left nothing behind.
        executor.Attach(task);
        await executor.DetachAsync(task);
        Assert.That(steps, Is.GreaterThanOrEqualTo(stepsAtEnd));
    }

    [Test]
    public async Task Exception_of_a_step_reaches_failed_once_and_ends_the_task()
    {
        var executor = new ThreadedExecutor(name: "fail");
        var error = new InvalidOperationException("broken");
        int failures = 0;
        var failed = new TaskCompletionSource<Exception>();
        var task = new StepTask("bad", () => throw error)
        {
            Failed = exception =>
            {
                failures++;
                failed.TrySetResult(exception);
            },
        };
        executor.Attach(task);
        Assert.That(await failed.Task, Is.SameAs(error));
        task.Wake();
        await executor.DetachAsync(task);
        Assert.That(failures, Is.EqualTo(1));
    }

    [Test]
    public async Task Attaching_a_task_twice_throws_and_detaching_twice_does_nothing()
    {
        var executor = new ThreadedExecutor(name: "twice");
        var task = new StepTask("task", () => StepResult.Idle);
        executor.Attach(task);
        Assert.That(() => executor.Attach(task), Throws.InvalidOperationException.With.Message.Contains("task"));
        await executor.DetachAsync(task);
        await executor.DetachAsync(task);
    }

    [Test]
    public async Task Threads_end_with_their_last_task()
    {
        var executor = new ThreadedExecutor(name: "ended");
        StepTask[] tasks =
        [
            .. Enumerable.Range(0, 5).Select(n => new StepTask($"own{n}", () => StepResult.Idle, StepPlacement.OwnThread)),
            .. Enumerable.Range(0, 5).Select(n => new StepTask($"shared{n}", () => StepResult.Idle)),
        ];
        Array.ForEach(tasks, executor.Attach);
        // A thread gets its name, and ends, a moment after the call that starts or ends it.
        await Until.TrueAsync(() => ThreadsNamed("ended-") == 6);
        foreach (StepTask task in tasks)
        {
            await executor.DetachAsync(task);
        }

        await Until.TrueAsync(() => ThreadsNamed("ended-") == 0);
    }

    [Test]
    [Category("Slow")]
    public async Task Stuck_step_is_reported_after_the_limit_and_its_thread_left_behind()
    {
        var executor = new ThreadedExecutor(name: "stuck");
        using var isInStep = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var task = new StepTask(
            "native",
            () =>
            {
                isInStep.Set();
                mayEnd.Wait();
                return StepResult.Idle;
            },
            StepPlacement.OwnThread);
        executor.Attach(task);
        isInStep.Wait();
        Assert.That(
            async () => await executor.DetachAsync(task),
            Throws.TypeOf<TimeoutException>().With.Message.Contains("'native'").And.Message.Contains("stuck-native"));
        mayEnd.Set();
        using CancellationTokenSource limit = Watchdog.CancelAfter(TimeSpan.FromSeconds(60));
        while (ThreadsNamed("stuck-") != 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Test]
    [Category("Slow")]
    public async Task Pipeline_whose_steps_are_all_stuck_is_given_up_after_one_limit()
    {
        using var mayEnd = new ManualResetEventSlim();
        using var inStep = new CountdownEvent(3);
        var pipeline = new Pipeline(new PipelineOptions { Executor = new ThreadedExecutor(name: "held") });
        for (int i = 0; i < 3; i++)
        {
            pipeline.Add(new StuckElement($"native{i}", inStep, mayEnd));
        }

        await pipeline.StartAsync();
        inStep.Wait();
        ClockTime start = SystemClock.Instance.Now;
        await pipeline.StopAsync();
        // Each stuck step alone would take the limit of five seconds.
        Assert.That(SystemClock.Instance.Now - start, Is.LessThan(ClockTime.FromSeconds(9)));
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        mayEnd.Set();
    }

    [Test]
    public async Task Task_that_is_let_go_twice_at_once_leaves_the_other_tasks_their_thread([Values] StepPlacement placement)
    {
        var executor = new ThreadedExecutor(name: "twice");
        var other = new StepTask("other", () => StepResult.Idle);
        executor.Attach(other);
        for (int i = 0; i < 200; i++)
        {
            var task = new StepTask("task", () => StepResult.Again, placement);
            executor.Attach(task);
            await Task.WhenAll(Task.Run(() => executor.DetachAsync(task)), Task.Run(() => executor.DetachAsync(task)));
            Assert.That(task.Executor, Is.Null);
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new StepTask("last", () =>
        {
            done.TrySetResult();
            return StepResult.Idle;
        });
        executor.Attach(last);
        await Watchdog.WithinAsync(done.Task, TimeSpan.FromSeconds(20));
        Assert.That(ThreadsNamed("twice-pacing"), Is.EqualTo(1));
        await executor.DetachAsync(last);
        await executor.DetachAsync(other);
    }

    private sealed class StuckElement : Element
    {
        public StuckElement(string name, CountdownEvent inStep, ManualResetEventSlim mayEnd)
            : base(name) =>
            AddTask(
                () =>
                {
                    inStep.Signal();
                    mayEnd.Wait();
                    return StepResult.Finished;
                },
                StepPlacement.OwnThread);

        protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => buffer.Release();
    }

    private static int ThreadsNamed(string prefix) => Directory.GetDirectories("/proc/self/task").Count(thread =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(prefix, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // The thread ended after it was listed.
            return false;
        }
    });
}
