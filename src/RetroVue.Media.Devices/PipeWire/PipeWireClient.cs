using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.PipeWire.PipeWireBridge;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>A connection to a daemon. Its streams keep it alive.</summary>
internal sealed unsafe class PipeWireClient : SafeHandle
{
    private PipeWireClient(rv_pw_client* client)
        : base(0, ownsHandle: true) => SetHandle((nint)client);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The connection, for calls; valid until this is disposed of.</summary>
    public rv_pw_client* Pointer => (rv_pw_client*)handle;

    /// <summary>Connects, and waits until the daemon has listed its objects.</summary>
    /// <exception cref="DeviceException">There is no daemon, or it does not answer in time.</exception>
    /// <exception cref="DeviceLibraryException">The bridge is missing, or is from another build.</exception>
    public static PipeWireClient Connect(string? remote, string name, ClockTime limit)
    {
        ThrowIfOther();
        nint remoteText = Marshal.StringToCoTaskMemUTF8(remote);
        nint nameText = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            rv_pw_client* client;
            int code = rv_pw_connect((byte*)remoteText, (byte*)nameText, Milliseconds(limit), &client);
            return code < 0 ? throw PipeWireErrors.Connecting(remote, -code) : new PipeWireClient(client);
        }
        finally
        {
            Marshal.FreeCoTaskMem(remoteText);
            Marshal.FreeCoTaskMem(nameText);
        }
    }

    /// <summary>
    /// Connects over a socket, which is taken over in any case, and waits until the daemon has listed the objects that are visible on it.
    /// </summary>
    /// <exception cref="DeviceException">The daemon does not answer in time, or is gone.</exception>
    /// <exception cref="DeviceLibraryException">The bridge is missing, or is from another build.</exception>
    public static PipeWireClient Connect(SafeFileHandle socket, string remote, string name, ClockTime limit)
    {
        ThrowIfOther();
        nint nameText = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            rv_pw_client* client;
            int fd = (int)socket.DangerousGetHandle();
            socket.SetHandleAsInvalid();
            int code = rv_pw_connect_fd(fd, (byte*)nameText, Milliseconds(limit), &client);
            return code < 0
                ? throw DeviceErrors.Exception(-code, remote, "Connecting over the portal's socket to")
                : new PipeWireClient(client);
        }
        finally
        {
            Marshal.FreeCoTaskMem(nameText);
        }
    }

    /// <summary>Converts a duration for the bridge.</summary>
    public static int Milliseconds(ClockTime duration) => (int)Math.Clamp(duration.Nanoseconds / 1_000_000, 1, int.MaxValue);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        rv_pw_disconnect(Pointer);
        return true;
    }

    private static void ThrowIfOther()
    {
        if (rv_pw_abi() != RV_PW_ABI)
        {
            throw new DeviceLibraryException($"{Library} has another version than this assembly. Build it again with native/build.");
        }
    }
}
