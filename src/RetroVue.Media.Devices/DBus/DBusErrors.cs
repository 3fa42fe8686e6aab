using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.DBus;

/// <summary>What a bus's failures say to people.</summary>
internal static class DBusErrors
{
    /// <summary>There is no bus, or it lets nobody in.</summary>
    public static DeviceException NoBus(string? address, int errno) => new(
        NameOf(address),
        $"There is no message bus at {NameOf(address)} ({Marshal.GetPInvokeErrorMessage(errno)}). A desktop's session has one; in a "
            + "terminal of its own 'dbus-run-session' makes one, and DBUS_SESSION_BUS_ADDRESS says where it is.",
        errno,
        isTransient: true);

    /// <summary>The bus is gone.</summary>
    public static DeviceException Lost(int errno) => new(
        "session bus",
        $"The message bus is gone ({Marshal.GetPInvokeErrorMessage(errno)}): the desktop's session has ended, or the bus let nobody in.",
        errno != 0 ? errno : DeviceErrors.Epipe,
        isTransient: true);

    /// <summary>Who uses the connection has ended it; what was under way is of no use any more.</summary>
    public static DeviceException Ended() => new("session bus", "The session was ended by this program while it was in use.");

    private static string NameOf(string? address) => address is null ? "the session's usual address" : $"'{address}'";
}
