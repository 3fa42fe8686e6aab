using RetroVue.Media.FFmpeg.Interop.Files;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Tells whether a path still names the same file with the same content, as far as the file system knows; statx(2).</summary>
/// <param name="Device">The device, major and minor.</param>
/// <param name="Inode">The file on it.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When its content was last changed, in nanoseconds since the Unix epoch.</param>
/// <param name="Changed">When its content or attributes were last changed, alike; unlike the other it cannot be set back.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, ulong Size, long Modified, long Changed)
{
    /// <summary>What a path names now; null if that is nothing, or cannot be told.</summary>
    public static unsafe FileIdentity? TryRead(string path)
    {
        using var name = new NativeText(System.IO.Path.GetFullPath(path));
        statx status;
        return LibcFiles.statx(LibcFiles.AT_FDCWD, name, 0, LibcFiles.STATX_BASIC_STATS, &status) == 0
            ? new FileIdentity(
                ((ulong)status.stx_dev_major << 32) | status.stx_dev_minor,
                status.stx_ino,
                status.stx_size,
                Nanoseconds(status.stx_mtime),
                Nanoseconds(status.stx_ctime))
            : null;
    }

    private static long Nanoseconds(statx_timestamp time) => (time.tv_sec * 1_000_000_000) + time.tv_nsec;
}
