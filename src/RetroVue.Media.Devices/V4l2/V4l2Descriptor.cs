using System.Diagnostics;
using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>A file descriptor of a device or of a DMABUF, and the calls on it.</summary>
/// <remarks>Thread-safe. A call keeps the descriptor open; its number cannot come to mean another file under it.</remarks>
internal sealed unsafe class V4l2Descriptor : SafeHandle
{
    // A signal interrupts a call once, not for ever; what goes on being interrupted is an error.
    private const int MostAttempts = 100;

    private readonly IV4l2System _system;

    /// <summary>Takes a descriptor over.</summary>
    /// <param name="system">Closes it.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="device">The device as the caller named it, for errors.</param>
    public V4l2Descriptor(IV4l2System system, int descriptor, string device)
        : base(-1, ownsHandle: true)
    {
        _system = system;
        Device = device;
        SetHandle(descriptor);
    }

    public override bool IsInvalid => handle < 0;

    /// <summary>The device as the caller named it.</summary>
    public string Device { get; }

    /// <exception cref="DeviceException">There is no such file, or it may not be opened.</exception>
    public static V4l2Descriptor Open(IV4l2System system, string path, string device)
    {
        using Activity? activity = DeviceTelemetry.OpeningV4l2();
        int descriptor = system.Open(path);
        for (int i = 0; descriptor == -DeviceErrors.Eintr && i < MostAttempts; i++)
        {
            descriptor = system.Open(path);
        }

        return new V4l2Descriptor(system, descriptor.ThrowIfError(device, "Opening"), device);
    }

    /// <summary>An ioctl; interrupted ones are repeated. A result below zero is a negated errno value.</summary>
    public int TryControl(ulong request, void* argument)
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            int result = _system.Control((int)handle, request, argument);
            for (int i = 0; result == -DeviceErrors.Eintr && i < MostAttempts; i++)
            {
                result = _system.Control((int)handle, request, argument);
            }

            return result;
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>An ioctl that must succeed.</summary>
    /// <exception cref="DeviceException">It did not.</exception>
    public void Control(ulong request, void* argument, string what) => TryControl(request, argument).ThrowIfError(Device, what);

    /// <summary>Waits for some events: those that there are, zero after the time-out, or a negated errno value.</summary>
    public int Poll(int events, int milliseconds)
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            return _system.Poll((int)handle, events, milliseconds);
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    /// <exception cref="DeviceException">The system refused.</exception>
    public V4l2Mapping Map(uint length, long offset)
    {
        nint address = _system.Map((int)handle, length, offset);
        return address is < 0 and > -4096
            ? throw DeviceErrors.Exception((int)-address, Device, "Mapping a buffer of")
            : new V4l2Mapping(_system, address, length);
    }

    /// <summary>The DMABUF of one of the memories of one of the device's buffers.</summary>
    /// <exception cref="DeviceException">The driver does not export its buffers.</exception>
    public V4l2Descriptor Export(uint bufferType, int index, int part)
    {
        v4l2_exportbuffer export = new()
        {
            type = bufferType,
            index = (uint)index,
            plane = (uint)part,
            flags = LibcVideo.O_CLOEXEC | LibcVideo.O_RDWR,
        };
        Control(LibcVideo.VIDIOC_EXPBUF, &export, "Exporting a DMABUF of");
        return new V4l2Descriptor(_system, export.fd, Device);
    }

    protected override bool ReleaseHandle() => _system.Close((int)handle) >= 0;
}
