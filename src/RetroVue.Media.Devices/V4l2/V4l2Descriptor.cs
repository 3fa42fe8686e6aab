using System.Diagnostics;
using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>A file descriptor of a device or of a DMABUF, and the calls on it.</summary>
/// <remarks>Thread-safe. A call keeps the descriptor open, so its number cannot be reused for another file meanwhile.</remarks>
internal sealed unsafe class V4l2Descriptor : SafeHandle
{
    // A signal interrupts a call once, not for ever; repeated interruptions are an error.
    private const int MostAttempts = 100;

    private readonly IV4l2System _system;

    /// <summary>Takes over a descriptor.</summary>
    /// <param name="system">Closes it.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="device">The name of the device, as given by the caller, for errors.</param>
    public V4l2Descriptor(IV4l2System system, int descriptor, string device)
        : base(-1, ownsHandle: true)
    {
        _system = system;
        Device = device;
        SetHandle(descriptor);
    }

    public override bool IsInvalid => handle < 0;

    /// <summary>The name of the device, as given by the caller.</summary>
    public string Device { get; }

    /// <exception cref="DeviceException">There is no such file, or it cannot be opened.</exception>
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

    /// <summary>Calls an ioctl; repeats interrupted calls. A result below zero is a negated errno value.</summary>
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

    /// <summary>Calls an ioctl that must succeed.</summary>
    /// <exception cref="DeviceException">It did not.</exception>
    public void Control(ulong request, void* argument, string what) => TryControl(request, argument).ThrowIfError(Device, what);

    /// <summary>Waits for some events; returns the present ones, zero after the time-out, or a negated errno value.</summary>
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

    /// <summary>Returns the DMABUF of one memory of one of the device's buffers.</summary>
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
