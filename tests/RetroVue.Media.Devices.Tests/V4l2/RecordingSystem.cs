using System.Collections.Concurrent;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>
/// The C library's calls. It records the driver's data of each picture, and counts descriptors and mappings that are left open.
/// </summary>
internal sealed unsafe class RecordingSystem : IV4l2System
{
    private static readonly V4l2System s_system = V4l2System.Instance;

    private int _open;
    private int _mapped;

    /// <summary>The driver's stamp, count and flags of each picture; safe on any thread.</summary>
    public ConcurrentQueue<(ClockTime Stamp, uint Sequence, uint Flags)> Pictures { get; } = [];

    /// <summary>The numbers of open descriptors and of mappings that are left.</summary>
    public (int Open, int Mapped) Left => (Volatile.Read(ref _open), Volatile.Read(ref _mapped));

    public IReadOnlyList<string> Nodes() => s_system.Nodes();

    public int Open(string path)
    {
        int descriptor = s_system.Open(path);
        Interlocked.Add(ref _open, descriptor >= 0 ? 1 : 0);
        return descriptor;
    }

    public int Control(int descriptor, ulong request, void* argument)
    {
        int result = s_system.Control(descriptor, request, argument);
        if (result >= 0 && request == LibcVideo.VIDIOC_EXPBUF)
        {
            Interlocked.Increment(ref _open);
        }

        if (result >= 0 && request == LibcVideo.VIDIOC_DQBUF)
        {
            var buffer = (v4l2_buffer*)argument;
            ClockTime stamp = ClockTime.FromNanoseconds((buffer->timestamp.tv_sec * 1_000_000_000) + (buffer->timestamp.tv_usec * 1000));
            Pictures.Enqueue((stamp, buffer->sequence, buffer->flags));
        }

        return result;
    }

    public nint Map(int descriptor, nuint length, long offset)
    {
        nint address = s_system.Map(descriptor, length, offset);
        Interlocked.Add(ref _mapped, address is < 0 and > -4096 ? 0 : 1);
        return address;
    }

    public int Unmap(nint address, nuint length)
    {
        Interlocked.Decrement(ref _mapped);
        return s_system.Unmap(address, length);
    }

    public int Poll(int descriptor, int events, int milliseconds) => s_system.Poll(descriptor, events, milliseconds);

    public int Close(int descriptor)
    {
        Interlocked.Decrement(ref _open);
        return s_system.Close(descriptor);
    }
}
