using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class MediaBufferTests
{
    [Test]
    public void Fresh_buffer_has_no_times_no_sequence_and_no_flags_even_when_recycled()
    {
        MediaBuffer used = MediaBuffer.Create(HeapMemory.Create(1));
        (used.Pts, used.Dts, used.Duration, used.Uncertainty, used.Sequence, used.Flags) =
            (ClockTime.Zero, ClockTime.Zero, ClockTime.Zero, ClockTime.Zero, 1, BufferFlags.KeyFrame);
        used.Release();
        MediaBuffer fresh = MediaBuffer.Create(HeapMemory.Create(1));
        Assert.That(fresh, Is.SameAs(used), "recycled");
        Assert.That(fresh.Pts.IsNone && fresh.Dts.IsNone && fresh.Duration.IsNone && fresh.Uncertainty.IsNone, Is.True);
        Assert.That(fresh.Sequence, Is.EqualTo(MediaBuffer.NoSequence));
        Assert.That(fresh.Flags, Is.EqualTo(BufferFlags.None));
        fresh.Release();
    }

    [Test]
    public void Live_count_follows_creation_and_the_last_release()
    {
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(10));
        buffer.Retain(3).Retain();
        for (int i = 0; i < 4; i++)
        {
            buffer.Release();
            Assert.That(MediaBuffer.LiveCount, Is.EqualTo(1));
        }

        buffer.Release();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Use_after_the_last_release_throws()
    {
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(10));
        buffer.Release();
        Assert.That(() => buffer.Memory, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => buffer.Retain(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(buffer.Release, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void MakeWritable_of_a_sole_holder_is_the_buffer_itself()
    {
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(10));
        Assert.That(buffer.MakeWritable(), Is.SameAs(buffer));
        Assert.That(buffer.MakeMemoryWritable(), Is.SameAs(buffer));
        buffer.Release();
    }

    [Test]
    public void MakeWritable_of_a_shared_buffer_copies_the_header_and_shares_the_memory()
    {
        MediaBuffer shared = MediaBuffer.Create(HeapMemory.Copy([1, 2, 3]));
        shared.Pts = ClockTime.FromSeconds(1);
        shared.Sequence = 5;
        MediaBuffer own = shared.Retain().MakeWritable();
        Assert.That(own, Is.Not.SameAs(shared));
        own.Pts = ClockTime.FromSeconds(2);
        Assert.That(shared.Pts, Is.EqualTo(ClockTime.FromSeconds(1)));
        Assert.That(own.Sequence, Is.EqualTo(5));
        Assert.That(own.Memory, Is.SameAs(shared.Memory));
        Assert.That(() => own.Memory.WritablePlane(0).Length, Throws.InvalidOperationException, "shared memory");
        own = own.MakeMemoryWritable();
        own.Memory.WritablePlane(0)[0] = 9;
        Assert.That(shared.Data.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(own.Data.ToArray(), Is.EqualTo(new byte[] { 9, 2, 3 }));
        Assert.That(shared.IsWritable, Is.True);
        shared.Release();
        own.Release();
    }

    [Test]
    public void References_given_back_on_many_threads_free_the_buffer_once()
    {
        const int threads = 4;
        const int rounds = 1_000;
        using var barrier = new Barrier(threads + 1);
        MediaBuffer current = MediaBuffer.Create(HeapMemory.Create(1));
        Thread[] releasing = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                barrier.SignalAndWait();
                current.Retain().Release();
                current.Release();
                barrier.SignalAndWait();
            }
        }))];
        Array.ForEach(releasing, thread => thread.Start());
        for (int i = 0; i < rounds; i++)
        {
            current.Retain(threads);
            barrier.SignalAndWait();
            current.Release();
            barrier.SignalAndWait();
            current = MediaBuffer.Create(HeapMemory.Create(1));
        }

        Array.ForEach(releasing, thread => thread.Join());
        Assert.That(MediaBuffer.LiveCount, Is.EqualTo(1));
        current.Release();
    }

    [Test]
    public void Creating_and_releasing_on_one_thread_allocates_nothing()
    {
        Work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void Work()
        {
            for (int i = 0; i < 10_000; i++)
            {
                MediaBuffer.Create(HeapMemory.Create(1000 + (i % 5 * 1000))).Release();
            }
        }
    }

    [Test]
    public void Handing_over_to_another_thread_allocates_nothing_in_the_steady_state()
    {
        const int warm = 200_000;
        const int measured = 200_000;
        const int inFlight = 500;
        var queue = new HandOverQueue<MediaBuffer>();
        long taken = 0;
        long readerAllocated = 0;
        var reader = new Thread(() =>
        {
            long before = 0;
            while (taken < warm + measured)
            {
                if (queue.TryDequeue(out MediaBuffer? buffer))
                {
                    buffer.Release();
                    if (Interlocked.Increment(ref taken) == warm)
                    {
                        before = GC.GetAllocatedBytesForCurrentThread();
                    }
                }
                else
                {
                    Thread.Yield();
                }
            }

            readerAllocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        long before = 0;
        long totalBefore = 0;
        for (int i = 0; i < warm + measured; i++)
        {
            if (i == warm)
            {
                totalBefore = GC.GetTotalAllocatedBytes(true);
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            // Twice as many buffers as are ever in flight later stand in the queue before the reader begins. So no later peak needs more
            // buffers or more room.
            if (i == 2 * inFlight)
            {
                reader.Start();
            }

            while (i >= 2 * inFlight && i - Interlocked.Read(ref taken) > inFlight)
            {
                Thread.Yield();
            }

            queue.Enqueue(MediaBuffer.Create(HeapMemory.Create(500)));
        }

        long writerAllocated = GC.GetAllocatedBytesForCurrentThread() - before;
        reader.Join();
        Assert.That((writerAllocated, readerAllocated), Is.EqualTo((0L, 0L)));
        // This counts all threads. The test host allocates about 100 bytes a millisecond; one small object a buffer would be 5 MB.
        Assert.That(GC.GetTotalAllocatedBytes(true) - totalBefore, Is.LessThan(1_000_000));
    }
}
