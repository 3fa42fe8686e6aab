using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.DBus;

/// <summary>Error messages about a message bus.</summary>
internal static class DBusErrors
{
    /// <summary>Makes the error that there is no bus, or it accepts no connection.</summary>
    public static DeviceException NoBus(string? address, int errno) => new(
        NameOf(address),
        $"There is no message bus at {NameOf(address)} ({Marshal.GetPInvokeErrorMessage(errno)}). A desktop session has one; in a "
            + "terminal without a desktop, 'dbus-run-session' starts one; DBUS_SESSION_BUS_ADDRESS is its address.",
        errno,
        isTransient: true);

    /// <summary>Makes the error that the bus is gone.</summary>
    public static DeviceException Lost(int errno) => new(
        "session bus",
        $"The message bus is gone ({Marshal.GetPInvokeErrorMessage(errno)}): the desktop session has ended, or the bus refused the connection.",
        errno != 0 ? errno : DeviceErrors.Epipe,
        isTransient: true);

    /// <summary>The user of the connection has ended it; its pending calls have become useless.</summary>
    public static DeviceException Ended() => new("session bus", "The session was ended by this program while it was in use.");

    private static string NameOf(string? address) => address is null ? "the session's usual address" : $"'{address}'";
}
