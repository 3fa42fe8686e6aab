using System.Runtime.InteropServices;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Owns one object of FFmpeg's and frees it once, on Dispose or by the finalizer.</summary>
/// <remarks>
/// The pointer is good as long as the handle is not disposed; who calls with it keeps the handle alive (a field of a living object will
/// do) and does not dispose it meanwhile. Not for sharing between threads, as the objects are not.
/// </remarks>
internal abstract unsafe class FFmpegHandle<T> : SafeHandle
    where T : unmanaged
{
    /// <exception cref="FFmpegException">The pointer is null, as allocators of FFmpeg say out of memory.</exception>
    protected FFmpegHandle(T* pointer)
        : base(0, ownsHandle: true)
    {
        FFmpegErrors.ThrowIfNull(pointer, $"Allocating {typeof(T).Name}");
        SetHandle((nint)pointer);
        FFmpegHandles.Count(1);
    }

    public sealed override bool IsInvalid => handle == 0;

    /// <summary>The object.</summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public T* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (T*)handle;
        }
    }

    /// <summary>Frees the object.</summary>
    protected abstract void Free(T* pointer);

    protected sealed override bool ReleaseHandle()
    {
        Free((T*)handle);
        FFmpegHandles.Count(-1);
        return true;
    }
}

/// <summary>How many handles live, which tests hold against zero.</summary>
internal static class FFmpegHandles
{
    private static int s_live;

    /// <summary>Handles neither disposed nor finalized.</summary>
    public static int Live => Volatile.Read(ref s_live);

    internal static void Count(int change) => Interlocked.Add(ref s_live, change);
}
