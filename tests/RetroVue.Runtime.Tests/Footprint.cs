using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Tests;

/// <summary>The resources that the process holds at a moment.</summary>
/// <param name="Files">Open file descriptors.</param>
/// <param name="Threads">Threads of the operating system, without the threads that the .NET runtime starts and ends as it likes.</param>
/// <param name="Handles">Objects of FFmpeg.</param>
/// <param name="Buffers">Media buffers.</param>
/// <param name="Heap">Bytes of managed memory after a full collection.</param>
/// <param name="Native">Bytes that the C library's allocator has given out, to FFmpeg and to the .NET runtime.</param>
internal sealed record Footprint(int Files, int Threads, int Handles, long Buffers, long Heap, long Native)
{
    /// <summary>
    /// The beginning of the names that the .NET runtime gives its own threads, such as those of the pool, the compiler and the finalizer.
    /// </summary>
    private const string RuntimeThread = ".NET ";

    private const long MostGrowth = 1 << 20;

    public static Footprint Take()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return new Footprint(
            Directory.GetFileSystemEntries("/proc/self/fd").Length,
            Directory.GetDirectories("/proc/self/task").Count(task => !IsRuntimes(task)),
            FFmpegHandles.Live,
            MediaBuffer.LiveCount,
            GC.GetTotalMemory(forceFullCollection: true),
            InUse(mallinfo2()));
    }

    /// <summary>
    /// Returns the bytes in use: those in the arenas, and those in mappings of their own because they were too large for an arena.
    /// </summary>
    private static long InUse(MallocInfo info) => (long)(info.uordblks + info.hblkhd);

    [DllImport("libc")]
    private static extern MallocInfo mallinfo2();

    private static bool IsRuntimes(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith(RuntimeThread, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // The thread has ended meanwhile.
            return true;
        }
    }

    /// <summary>Returns the resident memory of the whole process, including native libraries, in bytes.</summary>
    public static long Resident() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture) * 1024;

    /// <summary>Describes each resource that has grown; empty if none has.</summary>
    public IReadOnlyList<string> GrownSince(Footprint before)
    {
        List<string> grown = [];
        Compare("open files", before.Files, Files, 0);
        Compare("threads", before.Threads, Threads, 0);
        Compare("objects of FFmpeg", before.Handles, Handles, 0);
        Compare("buffers", before.Buffers, Buffers, 0);
        Compare("bytes of heap", before.Heap, Heap, MostGrowth);
        Compare("bytes of native memory", before.Native, Native, MostGrowth);
        return grown;

        void Compare(string what, long then, long now, long allowed)
        {
            if (now - then > allowed)
            {
                grown.Add($"{what}: {then}, then {now}");
            }
        }
    }

    /// <summary>The struct mallinfo2 of mallinfo(3).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
#pragma warning disable CS0649, IDE1006 // The C library fills it, and names its members.
        public readonly nuint arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
#pragma warning restore CS0649, IDE1006
    }
}
