using RetroVue.Media.Interop;

namespace RetroVue.Media.Memory;

/// <summary>Settings of the C library's allocator, which FFmpeg uses for packets and open files.</summary>
public static class NativeHeap
{
    private const int LargeBlock = 64 << 10;

    /// <summary>
    /// Returns freed memory to the system, for the whole process; any thread, best before the first file is opened. Otherwise a process
    /// that runs for months and opens a file every few seconds would keep, for each thread that ever opened one, the maximum that was ever
    /// in use.
    /// </summary>
    /// <remarks>
    /// glibc's mallopt(3): blocks of 64 KiB and more are separate mappings, which end when they are freed; free memory beyond 128 KiB at
    /// the end of a heap is returned (by default both limits grow with the largest block that was ever freed, up to 32 and 64 MiB); and new
    /// threads share two heaps, instead of eight for each processor. It costs two system calls for each large block.
    /// </remarks>
    public static void ReturnFreedMemory()
    {
        // Another C library does not accept the options, which is no problem.
        _ = Libc.mallopt(Libc.M_MMAP_THRESHOLD, LargeBlock);
        _ = Libc.mallopt(Libc.M_TRIM_THRESHOLD, 2 * LargeBlock);
        _ = Libc.mallopt(Libc.M_ARENA_MAX, 2);
    }
}
