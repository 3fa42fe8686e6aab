using RetroVue.Media.Interop;

namespace RetroVue.Media.Memory;

/// <summary>Settings of the C library's allocator, from which FFmpeg takes the bytes of packets and whatever it needs for an open file.</summary>
public static class NativeHeap
{
    private const int LargeBlock = 64 << 10;

    /// <summary>
    /// Lets freed memory go back to the system, for the whole process; any thread, best before the first file is opened. A process that
    /// runs for months and opens a file every few seconds would otherwise hold, for every thread that ever opened one, the most that was
    /// ever needed at a time.
    /// </summary>
    /// <remarks>
    /// glibc's mallopt(3): blocks of 64 KiB and more are mappings of their own, which end when they are freed; what is free at the end of a
    /// heap beyond 128 KiB is returned (otherwise both limits grow with the largest block that was ever freed, up to 32 and 64 MiB); and
    /// new threads share two heaps, instead of eight for each processor. Costs two system calls for each large block.
    /// </remarks>
    public static void ReturnFreedMemory()
    {
        // Another C library takes no options and says so; there is nothing to be done about it.
        _ = Libc.mallopt(Libc.M_MMAP_THRESHOLD, LargeBlock);
        _ = Libc.mallopt(Libc.M_TRIM_THRESHOLD, 2 * LargeBlock);
        _ = Libc.mallopt(Libc.M_ARENA_MAX, 2);
    }
}
