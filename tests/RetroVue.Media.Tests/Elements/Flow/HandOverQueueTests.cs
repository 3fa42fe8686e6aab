using RetroVue.Media.Elements.Flow;

namespace RetroVue.Media.Tests.Elements.Flow;

public sealed class HandOverQueueTests
{
    [Test]
    public void Ten_million_items_cross_two_threads_in_order()
    {
        const int count = 10_000_000;
        var queue = new HandOverQueue<object>();
        // There are few objects and many items. The objects come in a cycle, which shows the order.
        object[] items = [.. Enumerable.Range(0, 997).Select(_ => new object())];
        var writer = new Thread(() =>
        {
            for (int i = 0, item = 0; i < count; i++)
            {
                queue.Enqueue(items[item]);
                item = item == 996 ? 0 : item + 1;
                if (queue.Count > 10_000)
                {
                    // The reader is behind. This lets it run, so that memory stays small.
                    Thread.Yield();
                }
            }
        });
        writer.Start();
        int wrong = 0;
        for (int i = 0, item = 0; i < count;)
        {
            if (!queue.TryDequeue(out object? taken))
            {
                Thread.Yield();
                continue;
            }

            wrong += ReferenceEquals(taken, items[item]) ? 0 : 1;
            item = item == 996 ? 0 : item + 1;
            i++;
        }

        writer.Join();
        Assert.That(wrong, Is.Zero);
        Assert.That(queue.Count, Is.Zero);
        Assert.That(queue.TryPeek(out _), Is.False);
    }

    [Test]
    public void Filling_and_draining_again_allocates_nothing()
    {
        var queue = new HandOverQueue<object>();
        object item = new();
        FillAndDrain(queue, item, 1000);
        FillAndDrain(queue, item, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            FillAndDrain(queue, item, 10 * i);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void FillAndDrain(HandOverQueue<object> queue, object item, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Enqueue(item);
        }

        while (queue.TryDequeue(out _))
        {
        }
    }
}
