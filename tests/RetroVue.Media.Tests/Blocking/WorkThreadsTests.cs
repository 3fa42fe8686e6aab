using System.Collections.Concurrent;
using RetroVue.Media.Blocking;

namespace RetroVue.Media.Tests.Blocking;

public sealed class WorkThreadsTests
{
    [Test]
    public async Task Pieces_of_work_that_hang_hold_up_no_other_and_threads_are_used_again()
    {
        using var mayEnd = new ManualResetEventSlim();
        using var hanging = new CountdownEvent(8);
        Task[] hung = [.. Enumerable.Range(0, 8).Select(_ => WorkThreads.RunAsync("work", () =>
        {
            hanging.Signal();
            mayEnd.Wait();
        }))];
        Assert.That(hanging.Wait(TimeSpan.FromSeconds(30)), "Some pieces of work have not begun.");
        HashSet<int> threads = [];
        for (int i = 0; i < 100; i++)
        {
            await WorkThreads.RunAsync("work", () => threads.Add(Environment.CurrentManagedThreadId));
        }

        // A thread that has just finished its work may not be waiting yet when the next piece comes. Then another thread is started.
        Assert.That(threads, Has.Count.LessThanOrEqualTo(20));
        mayEnd.Set();
        await Task.WhenAll(hung);
    }

    [Test]
    public async Task Work_given_by_many_at_random_is_all_done_once()
    {
        const int givers = 8, each = 500;
        int[] done = new int[givers * each];
        ConcurrentBag<Task> given = [];
        await Task.WhenAll(Enumerable.Range(0, givers).Select(async giver =>
        {
            for (int i = 0; i < each; i++)
            {
                int n = (giver * each) + i;
                Task work = WorkThreads.RunAsync("work", () => Interlocked.Increment(ref done[n]));
                given.Add(work);
                if (n % 3 != 0)
                {
                    await work;
                }
            }
        }));
        await Task.WhenAll(given);
        Assert.That(done, Is.All.EqualTo(1));
    }

    [Test]
    public async Task Error_of_the_work_is_the_error_of_its_task() =>
        await Assert.ThrowsAsync<InvalidDataException>(() => WorkThreads.RunAsync("work", () => throw new InvalidDataException()));
}
