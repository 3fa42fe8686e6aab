namespace RetroVue.Media.Devices.V4l2;

/// <summary>The system calls for V4L2, one method each; results below zero are negated errno values.</summary>
/// <remarks>An interface, so that tests can replace the driver and make each call fail in turn.</remarks>
internal unsafe interface IV4l2System
{
    /// <summary>Returns the existing device files, in the order of their numbers.</summary>
    IReadOnlyList<string> Nodes();

    /// <summary>open(2), for reading and writing, non-blocking; returns the descriptor.</summary>
    int Open(string path);

    /// <summary>ioctl(2).</summary>
    int Control(int descriptor, ulong request, void* argument);

    /// <summary>mmap(2), shared, for reading and writing; returns the address, or a negated errno value.</summary>
    nint Map(int descriptor, nuint length, long offset);

    /// <summary>munmap(2).</summary>
    int Unmap(nint address, nuint length);

    /// <summary>poll(2) for some events; returns the present ones, zero after the time-out.</summary>
    int Poll(int descriptor, int events, int milliseconds);

    /// <summary>close(2).</summary>
    int Close(int descriptor);
}
