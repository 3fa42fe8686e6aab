using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>Steps that hang, as a read from a disk that does not answer.</summary>
public sealed class HangingStepTests
{
    private static readonly SystemClock s_system = SystemClock.Instance;

    [Test]
    public async Task Steps_that_hang_hold_up_other_readers_for_less_than_they_keep_ahead_and_pacing_not_at_all([Values(1, 12)] int count)
    {
        var executor = new ThreadedExecutor(name: "hang");
        using var mayEnd = new ManualResetEventSlim();
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
                    mayEnd.Wait();
                }

                return StepResult.Idle;
            },
            StepPlacement.Reading))];
        Array.ForEach(hung, executor.Attach);
        Assert.That(hanging.Wait(TimeSpan.FromSeconds(30)), "Not every task has had its step.");
        long beats = reader.Count;
        await UntilAsync(() => reader.Count > beats + 10);
        // An input keeps 200 ms ahead, of which a granule of 40 ms may just have been taken. What a busy machine adds, pacing tells, which
        // hangs for ever where it hangs at all.
        Assert.That(reader.Longest, Is.LessThan(ClockTime.FromMilliseconds(160) + pacer.Longest), "reader");
        Assert.That(pacer.Longest, Is.LessThan(ClockTime.FromSeconds(1)), "pacer");
        // A wake that comes while a step hangs is not lost, and what hung goes on.
        Array.ForEach(hung, task => task.Wake());
        mayEnd.Set();
        await UntilAsync(() => steps.All(n => n >= 2));
        foreach (StepTask task in hung)
        {
            await executor.DetachAsync(task);
        }

        await executor.DetachAsync(reader.Task);
        await executor.DetachAsync(pacer.Task);
        await UntilAsync(() => Threads("hang-") == 0);
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
        int steps = 0;
        var other = new StepTask(
            "other",
            () =>
            {
                steps++;
                return StepResult.Idle;
            },
            StepPlacement.Reading);
        executor.Attach(idle);
        executor.Attach(other);
        await UntilAsync(() => Volatile.Read(ref steps) > 0);
        executor.Attach(hung);
        isInStep.Wait();
        int before = steps;
        other.Wake();
        await UntilAsync(() => Volatile.Read(ref steps) > before);
        mayEnd.Set();
        await Task.WhenAll(executor.DetachAsync(idle), executor.DetachAsync(other), executor.DetachAsync(hung));
        await UntilAsync(() => Threads("alone-") == 0);
    }

    [Test]
    public async Task Step_that_hangs_after_a_rest_is_found_however_the_threads_are_timed()
    {
        // The thread that looks has nothing else to do and sleeps, until the other one wakes it just before its step.
        var executor = new ThreadedExecutor(name: "rest");
        var keep = new StepTask("keep", () => StepResult.Idle, StepPlacement.Reading);
        executor.Attach(keep);
        for (int i = 0; i < 300; i++)
        {
            using var mayEnd = new ManualResetEventSlim();
            using var isInStep = new ManualResetEventSlim();
            int steps = 0;
            var hung = new StepTask(
                "hung",
                () =>
                {
                    isInStep.Set();
                    mayEnd.Wait();
                    return StepResult.Idle;
                },
                StepPlacement.Reading);
            var other = new StepTask(
                "other",
                () =>
                {
                    Interlocked.Increment(ref steps);
                    return StepResult.Idle;
                },
                StepPlacement.Reading);
            executor.Attach(other);
            await UntilAsync(() => Volatile.Read(ref steps) > 0);
            executor.Attach(hung);
            isInStep.Wait();
            int before = Volatile.Read(ref steps);
            other.Wake();
            await UntilAsync(() => Volatile.Read(ref steps) > before);
            mayEnd.Set();
            await Task.WhenAll(executor.DetachAsync(other), executor.DetachAsync(hung));
        }

        await executor.DetachAsync(keep);
        await UntilAsync(() => Threads("rest-") == 0);
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

        await UntilAsync(() => offered.Select((count, n) => Interlocked.Read(ref taken[n]) == count).All(same => same));
        await Task.WhenAll(tasks.Select(executor.DetachAsync));
        await UntilAsync(() => Threads("random-") == 0);

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
        Assert.That(element.IsDisposed, Is.False, "What the step uses must not be freed.");
        mayEnd.Set();
        await UntilAsync(() => element.IsDisposed && Threads("late-") == 0);
    }

    /// <summary>Waits; the limit is for a failure only.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = Watchdog.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static int Threads(string prefix) => Directory.GetDirectories("/proc/self/task").Count(thread =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(prefix, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return false;
        }
    });

    /// <summary>A task with a step every 5 ms, and the longest time between two.</summary>
    private sealed class Beat
    {
        private ClockTime _last = ClockTime.None;
        private long _count;

        public Beat(string name, StepPlacement placement) => Task = new StepTask(name, Step, placement);

        public StepTask Task { get; }

        public long Count => Interlocked.Read(ref _count);

        public ClockTime Longest { get; private set; }

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
