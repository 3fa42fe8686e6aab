using RetroVue.Media.FFmpeg.Interop.Files;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Identifies a file and its content, as far as the file system knows: two equal values mean an unchanged file; statx(2).
/// </summary>
/// <param name="Device">The device, major and minor.</param>
/// <param name="Inode">The number of the file on the device.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">The last change of its content, in nanoseconds since the Unix epoch.</param>
/// <param name="Changed">The last change of its content or attributes, in the same unit; programs cannot set it back.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, ulong Size, long Modified, long Changed)
{
    /// <summary>Returns the identity of the file at a path; null if there is none, or it cannot be read.</summary>
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
