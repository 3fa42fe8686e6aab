namespace RetroVue.Media.Blocking;

/// <summary>Threads for work that may block or take long; each runs one piece of work at a time.</summary>
/// <remarks>
/// Work that hangs does not occupy a thread of the shared pool. The threads are reused, because starting one takes longer than most work:
/// up to four threads of the process wait for more, for ever. An unhandled exception of the work ends the process, as on any thread.
/// Thread-safe.
/// </remarks>
internal static class WorkThreads
{
    private const int MostIdle = 4;

    private static readonly object s_lock = new();
    private static readonly Queue<(string Name, Action Work)> s_waiting = new();
    private static int s_idle;

    /// <summary>Runs work on a thread, which has this name meanwhile.</summary>
    public static void Start(string name, Action work)
    {
        lock (s_lock)
        {
            s_waiting.Enqueue((name, work));
            if (s_waiting.Count <= s_idle)
            {
                Monitor.Pulse(s_lock);
                return;
            }
        }

        // Without the caller's execution context, which would stay with the thread.
        new Thread(Run) { IsBackground = true }.UnsafeStart();
    }

    /// <summary>Runs work; the task completes or fails as the work does.</summary>
    public static Task RunAsync(string name, Action work)
    {
        var completion = new TaskCompletionSource();
        Start(name, () =>
        {
            try
            {
                work();
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
                return;
            }

            completion.SetResult();
        });
        return completion.Task;
    }

    private static void Run()
    {
        while (TryTake() is { } next)
        {
            Thread.CurrentThread.Name = next.Name;
            next.Work();
            Thread.CurrentThread.Name = "retrovue-idle";
        }
    }

    /// <summary>Returns the next piece of work, and waits for it if necessary; null if enough threads wait already.</summary>
    private static (string Name, Action Work)? TryTake()
    {
        lock (s_lock)
        {
            (string, Action) next;
            while (!s_waiting.TryDequeue(out next))
            {
                if (s_idle == MostIdle)
                {
                    return null;
                }

                s_idle++;
                Monitor.Wait(s_lock);
                s_idle--;
            }

            return next;
        }
    }
}
