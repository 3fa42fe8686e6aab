using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>Steps of tasks hang, as a read from a disk that does not answer.</summary>
public sealed class HangingStepTests
{
    private static readonly SystemClock s_system = SystemClock.Instance;

    [Test]
    public async Task Steps_that_hang_hold_up_other_readers_for_less_than_they_keep_ahead_and_pacing_not_at_all([Values(1, 12)] int count)
    {
        var executor = new ThreadedExecutor(name: "hang");
        // This waits in the kernel, as a read does.
        using var mayEnd = new ManualResetEvent(false);
        using var hanging = new CountdownEvent(count);
        var reader = new Beat("reader", StepPlacement.Reading);
        var pacer = new Beat("pacer", StepPlacement.Shared);
        executor.Attach(reader.Task);
        executor.Attach(pacer.Task);
        int[] steps = new int[count];
        StepTask[] hung = [.. Enumerable.Range(0, count).Select(n => new StepTask(
            $"hung{n}",
            () =>
            {
                if (steps[n]++ == 0)
                {
                    hanging.Signal();
                    mayEnd.WaitOne();
                }

                return StepResult.Idle;
            },
            StepPlacement.Reading))];
        Array.ForEach(hung, executor.Attach);
        Assert.That(hanging.Wait(TimeSpan.FromSeconds(30)), "Some tasks have had no step.");
        long beats = reader.Count;
        await Until.TrueAsync(() => reader.Count > beats + 10);
        // An input keeps 200 ms ahead, and a granule of 40 ms may just have been taken from it. The pacing task shows the delay of a busy
        // machine: it is late only because of that, and a hanging step would stop it for ever.
        Assert.That(reader.Longest, Is.LessThan(ClockTime.FromMilliseconds(160) + pacer.Longest), "reader");
        Assert.That(pacer.Longest, Is.LessThan(ClockTime.FromSeconds(1)), "pacer");
        // A wake during a hanging step is not lost, and the step that hung goes on.
        Array.ForEach(hung, task => task.Wake());
        mayEnd.Set();
        await Until.TrueAsync(() => steps.All(n => n >= 2));
        foreach (StepTask task in hung)
        {
            await executor.DetachAsync(task);
        }

        await executor.DetachAsync(reader.Task);
        await executor.DetachAsync(pacer.Task);
        await Until.TrueAsync(() => Threads("hang-") == 0);
    }

    [Test]
    public async Task Step_that_hangs_is_found_although_nothing_else_has_work()
    {
        var executor = new ThreadedExecutor(name: "alone");
        using var mayEnd = new ManualResetEventSlim();
        using var isInStep = new ManualResetEventSlim();
        var idle = new StepTask("idle", () => StepResult.Idle);
        var hung = new StepTask(
            "hung",
            () =>
            {
                isInStep.Set();
                mayEnd.Wait();
                return StepResult.Idle;
            },
            StepPlacement.Reading);
        var other = new Woken();
        executor.Attach(idle);
        executor.Attach(other.Task);
        other.AwaitStep();
        executor.Attach(hung);
        isInStep.Wait();
        other.Task.Wake();
        other.AwaitStep();
        mayEnd.Set();
        await Task.WhenAll(executor.DetachAsync(idle), executor.DetachAsync(other.Task), executor.DetachAsync(hung));
        await Until.TrueAsync(() => Threads("alone-") == 0);
    }

    [Test]
    public async Task Step_that_computes_without_end_is_found()
    {
        var executor = new ThreadedExecutor(name: "busy");
        using var isInStep = new ManualResetEventSlim();
        bool mayEnd = false;
        var busy = new StepTask(
            "busy",
            () =>
            {
                isInStep.Set();
                while (!Volatile.Read(ref mayEnd))
                {
                }

                return StepResult.Idle;
            },
            StepPlacement.Reading);
        var other = new Woken();
        executor.Attach(other.Task);
        other.AwaitStep();
        executor.Attach(busy);
        isInStep.Wait();
        other.Task.Wake();
        try
        {
            other.AwaitStep();
        }
        finally
        {
            Volatile.Write(ref mayEnd, true);
        }

        await Task.WhenAll(executor.DetachAsync(other.Task), executor.DetachAsync(busy));
        await Until.TrueAsync(() => Threads("busy-") == 0);
    }

    [Test]
    public async Task Steps_that_wait_for_a_processor_get_no_threads_of_their_own()
    {
        const int readers = 6;
        var executor = new ThreadedExecutor(name: "crowd");
        bool mayEnd = false;
        Thread[] others = [.. Enumerable.Range(0, 8 * Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref mayEnd))
            {
            }
        }))];
        int[] steps = new int[readers];
        StepTask[] tasks = [.. Enumerable.Range(0, readers).Select(n => new StepTask(
            $"reader{n}",
            () =>
            {
                // The step takes about 10 ms of a processor, and gets a ninth of one: 90 ms. It never runs for half the time of three looks, even
                // on a slower machine, so it does not count as a step that computes for too long.
                Thread.SpinWait(300_000);
                Interlocked.Increment(ref steps[n]);
                return StepResult.Again;
            },
            StepPlacement.Reading))];
        Array.ForEach(tasks, executor.Attach);
        await Until.TrueAsync(() => steps.All(count => count >= 1));
        Array.ForEach(others, thread => thread.Start());
        await Until.TrueAsync(() => steps.All(count => count >= 4));
        int threads = Threads("crowd-");
        Volatile.Write(ref mayEnd, true);
        Array.ForEach(others, thread => thread.Join());
        await Task.WhenAll(tasks.Select(executor.DetachAsync));
        // Pacing, reading, and a few tasks that waited for a lock whose owner had no processor. If the executor did not look at the
        // processor time, every task would have a thread.
        Assert.That(threads, Is.LessThanOrEqualTo(2 + (readers / 3)));
    }

    [Test]
    public async Task Tasks_that_hang_often_for_a_short_while_hold_up_no_other_reader()
    {
        const int slow = 8;
        var executor = new ThreadedExecutor(name: "slow");
        var reader = new Beat("reader", StepPlacement.Reading);
        var pacer = new Beat("pacer", StepPlacement.Shared);
        ClockWait[] waits = [.. Enumerable.Range(0, slow).Select(_ => SystemClockWaiter.Instance.CreateWait())];
        StepTask[] tasks = [.. waits.Select((wait, n) => new StepTask(
            $"slow{n}",
            () =>
            {
                wait.Until(s_system, s_system.Now + ClockTime.FromMilliseconds(30));
                return StepResult.Again;
            },
            StepPlacement.Reading))];
        executor.Attach(reader.Task);
        executor.Attach(pacer.Task);
        Array.ForEach(tasks, executor.Attach);
        await Until.TrueAsync(() => Threads("slow-") >= slow + 2);
        long beats = reader.Count;
        reader.Forget();
        pacer.Forget();
        await Until.TrueAsync(() => reader.Count > beats + 100);
        // The reader is alone on its thread again. If it shared the thread with the others, it would have a step every 240 ms.
        Assert.That(reader.Longest, Is.LessThan(ClockTime.FromMilliseconds(160) + pacer.Longest));
        await Task.WhenAll(tasks.Append(reader.Task).Append(pacer.Task).Select(executor.DetachAsync));
        Array.ForEach(waits, wait => wait.Dispose());
        await Until.TrueAsync(() => Threads("slow-") == 0);
    }

    [Test]
    public async Task Step_that_hangs_after_a_rest_is_found_however_the_threads_are_timed()
    {
        // The monitoring thread has nothing else to do and sleeps. The other thread wakes it just before its step.
        var executor = new ThreadedExecutor(name: "rest");
        var keep = new StepTask("keep", () => StepResult.Idle, StepPlacement.Reading);
        executor.Attach(keep);
        for (int i = 0; i < 300; i++)
        {
            using var mayEnd = new ManualResetEventSlim();
            using var isInStep = new ManualResetEventSlim();
            var hung = new StepTask(
                "hung",
                () =>
                {
                    isInStep.Set();
                    mayEnd.Wait();
                    return StepResult.Idle;
                },
                StepPlacement.Reading);
            var other = new Woken();
            executor.Attach(other.Task);
            other.AwaitStep();
            executor.Attach(hung);
            isInStep.Wait();
            other.Task.Wake();
            other.AwaitStep();
            mayEnd.Set();
            await Task.WhenAll(executor.DetachAsync(other.Task), executor.DetachAsync(hung));
        }

        await executor.DetachAsync(keep);
        await Until.TrueAsync(() => Threads("rest-") == 0);
    }

    [Test]
    public async Task Tasks_that_hang_at_random_lose_no_wake_and_are_let_go()
    {
        int seed = Environment.TickCount;
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        var executor = new ThreadedExecutor(name: "random");
        long[] offered = new long[8], taken = new long[8];
        int[][] pauses = [.. offered.Select(_ => Enumerable.Range(0, 40).Select(_ => random.Next(4) == 0 ? random.Next(150) : 0).ToArray())];
        StepTask[] tasks = [.. offered.Select((_, n) => new StepTask($"task{n}", () => Step(n), StepPlacement.Reading))];
        Array.ForEach(tasks, executor.Attach);
        for (int i = 0; i < 400; i++)
        {
            int n = random.Next(tasks.Length);
            Interlocked.Increment(ref offered[n]);
            tasks[n].Wake();
            if (random.Next(5) == 0)
            {
                Pause(random.Next(5));
            }
        }

        await Until.TrueAsync(() => offered.Select((count, n) => Interlocked.Read(ref taken[n]) == count).All(same => same));
        await Task.WhenAll(tasks.Select(executor.DetachAsync));
        await Until.TrueAsync(() => Threads("random-") == 0);

        StepResult Step(int n)
        {
            long now = Interlocked.Read(ref offered[n]);
            Pause(pauses[n][now % pauses[n].Length]);
            Volatile.Write(ref taken[n], now);
            return StepResult.Idle;
        }

        static void Pause(int milliseconds)
        {
            ClockWait wait = SystemClockWaiter.Instance.CreateWait();
            wait.Until(s_system, s_system.Now + ClockTime.FromMilliseconds(milliseconds));
            wait.Dispose();
        }
    }

    [Test]
    [Category("Slow")]
    public async Task Pipeline_whose_step_hangs_is_disposed_of_once_it_returns()
    {
        using var mayEnd = new ManualResetEventSlim();
        using var isInStep = new ManualResetEventSlim();
        var pipeline = new Pipeline(new PipelineOptions { Executor = new ThreadedExecutor(name: "late") });
        HungElement element = pipeline.Add(new HungElement(isInStep, mayEnd));
        await pipeline.StartAsync();
        isInStep.Wait();
        await pipeline.DisposeAsync();
        Assert.That(element.IsDisposed, Is.False, "The element must not be freed while the step uses it.");
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        mayEnd.Set();
        await Until.TrueAsync(() => element.IsDisposed && Threads("late-") == 0);
    }

    private static int Threads(string prefix) => Directory.GetDirectories("/proc/self/task").Count(thread =>
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

    /// <summary>
    /// A task that has one step after each wake. The test waits for the step without an allocation, because a garbage collection stops all
    /// threads.
    /// </summary>
    private sealed class Woken
    {
        private readonly object _lock = new();
        private int _steps;

        public Woken() => Task = new StepTask("other", Step, StepPlacement.Reading);

        public StepTask Task { get; }

        public void AwaitStep()
        {
            lock (_lock)
            {
                while (_steps == 0)
                {
                    Assert.That(Monitor.Wait(_lock, TimeSpan.FromSeconds(30)), "The task has no step.");
                }

                _steps--;
            }
        }

        private StepResult Step()
        {
            lock (_lock)
            {
                _steps++;
                Monitor.Pulse(_lock);
            }

            return StepResult.Idle;
        }
    }

    /// <summary>A task with a step every 5 ms. It measures the longest time between two steps.</summary>
    private sealed class Beat
    {
        private ClockTime _last = ClockTime.None;
        private long _count;

        public Beat(string name, StepPlacement placement) => Task = new StepTask(name, Step, placement);

        public StepTask Task { get; }

        public long Count => Interlocked.Read(ref _count);

        public ClockTime Longest { get; private set; }

        /// <summary>Begins the measurement anew with the next step.</summary>
        public void Forget() => (_last, Longest) = (ClockTime.None, ClockTime.Zero);

        private StepResult Step()
        {
            ClockTime now = s_system.Now;
            Longest = _last.IsNone ? Longest : ClockTime.Max(Longest, now - _last);
            _last = now;
            Interlocked.Increment(ref _count);
            return StepResult.At(s_system, now + ClockTime.FromMilliseconds(5));
        }
    }

    private sealed class HungElement : Element
    {
        private volatile bool _isDisposed;

        public HungElement(ManualResetEventSlim isInStep, ManualResetEventSlim mayEnd)
            : base("hung") =>
            AddTask(
                () =>
                {
                    isInStep.Set();
                    mayEnd.Wait();
                    return StepResult.Finished;
                },
                StepPlacement.Reading);

        public bool IsDisposed => _isDisposed;

        protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => buffer.Release();

        protected override void Dispose(bool disposing)
        {
            _isDisposed = true;
            base.Dispose(disposing);
        }
    }
}
