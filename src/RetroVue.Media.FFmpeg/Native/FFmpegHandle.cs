using System.Runtime.InteropServices;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Owns one FFmpeg object and frees it once, by Dispose or the finalizer.</summary>
/// <remarks>
/// The pointer is valid until the handle is disposed of. During a call, the caller keeps the handle alive (a field of a living object is
/// enough) and does not dispose of it. Not for use by several threads, because the objects are not either.
/// </remarks>
internal abstract unsafe class FFmpegHandle<T> : SafeHandle
    where T : unmanaged
{
    /// <exception cref="FFmpegException">The pointer is null, which FFmpeg's allocators return if memory is exhausted.</exception>
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

/// <summary>The number of living handles; tests check that it returns to zero.</summary>
internal static class FFmpegHandles
{
    private static int s_live;

    /// <summary>The number of handles that are neither disposed of nor finalized.</summary>
    public static int Live => Volatile.Read(ref s_live);

    internal static void Count(int change) => Interlocked.Add(ref s_live, change);
}
