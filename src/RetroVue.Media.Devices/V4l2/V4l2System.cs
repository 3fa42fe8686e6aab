using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using RetroVue.Media.Devices.Interop.V4l2;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>The system calls of the C library.</summary>
/// <remarks>
/// errno is read directly after each call, as in the core's futex wait: a thread suspension on the way out of a native call preserves it.
/// </remarks>
internal sealed unsafe class V4l2System : IV4l2System
{
    private const string Folder = "/dev";
    private const string Prefix = "video";

    private V4l2System()
    {
    }

    public static V4l2System Instance { get; } = new();

    public IReadOnlyList<string> Nodes() =>
    [
        .. Directory.EnumerateFiles(Folder, $"{Prefix}*")
            .Select(path => (Path: path, Number: Path.GetFileName(path)[Prefix.Length..]))
            .Where(node => int.TryParse(node.Number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderBy(node => int.Parse(node.Number, NumberStyles.None, CultureInfo.InvariantCulture))
            .Select(node => node.Path),
    ];

    public int Open(string path)
    {
        const int flags = LibcVideo.O_RDWR | LibcVideo.O_NONBLOCK | LibcVideo.O_CLOEXEC;
        fixed (byte* file = Encoding.UTF8.GetBytes(path + '\0'))
        {
            int descriptor = LibcVideo.open(file, flags, 0);
            return descriptor < 0 ? -Marshal.GetLastSystemError() : descriptor;
        }
    }

    public int Control(int descriptor, ulong request, void* argument)
    {
        int result = LibcVideo.ioctl(descriptor, request, (nint)argument);
        return result < 0 ? -Marshal.GetLastSystemError() : result;
    }

    public nint Map(int descriptor, nuint length, long offset)
    {
        // For both directions, independent of the data's direction, as the kernel's V4L2 documentation of mmap() requires.
        const int protection = LibcVideo.PROT_READ | LibcVideo.PROT_WRITE;
        nint address = (nint)LibcVideo.mmap(null, length, protection, LibcVideo.MAP_SHARED, descriptor, offset);
        return address == -1 ? -Marshal.GetLastSystemError() : address;
    }

    public int Unmap(nint address, nuint length)
    {
        int result = LibcVideo.munmap((void*)address, length);
        return result < 0 ? -Marshal.GetLastSystemError() : result;
    }

    public int Poll(int descriptor, int events, int milliseconds)
    {
        pollfd wait = new() { fd = descriptor, events = (short)events };
        int result = LibcVideo.poll(&wait, 1, milliseconds);
        return result < 0 ? -Marshal.GetLastSystemError() : wait.revents;
    }

    public int Close(int descriptor)
    {
        int result = LibcVideo.close(descriptor);
        return result < 0 ? -Marshal.GetLastSystemError() : result;
    }
}
