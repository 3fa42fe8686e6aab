using RetroVue.Media.Blocking;
using RetroVue.Media.Interop;
using RetroVue.Media.Tests.Pipelines;

namespace RetroVue.Media.Tests.Blocking;

public sealed class ThreadProgressTests
{
    [Test]
    public async Task Thread_that_computes_is_told_from_one_that_waits()
    {
        int computes = 0, waits = 0;
        using var mayEnd = new ManualResetEventSlim();
        var computing = new Thread(() =>
        {
            Volatile.Write(ref computes, Libc.gettid());
            while (!mayEnd.IsSet)
            {
            }
        });
        var waiting = new Thread(() =>
        {
            Volatile.Write(ref waits, Libc.gettid());
            mayEnd.Wait();
        });
        computing.Start();
        waiting.Start();
        await Until.TrueAsync(() => Volatile.Read(ref computes) > 0 && Volatile.Read(ref waits) > 0);
        await Until.TrueAsync(() => ThreadProgress.Read(waits).IsBlocked);
        long ran = ThreadProgress.Read(computes).Ran;
        await Until.TrueAsync(() => ThreadProgress.Read(computes).Ran > ran);
        Assert.That(ThreadProgress.Read(computes).IsBlocked, Is.False);
        mayEnd.Set();
        computing.Join();
        waiting.Join();
        await Until.TrueAsync(() => ThreadProgress.Read(waits) == new ThreadProgress(true, 0));
    }
}
