using RetroVue.Media.Devices.DBus;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Portal;

/// <summary>What the portal's failures say to people.</summary>
internal static class PortalErrors
{
    // asm-generic/errno.h; the third is sd-bus's word for an address that it cannot find out.
    private const int Econnrefused = 111;
    private const int Ecanceled = 125;
    private const int Enomedium = 123;
    private const string Device = "desktop portal";
    private const string BusErrors = "org.freedesktop.DBus.Error.";
    private const string Backends = "xdg-desktop-portal-gnome, -kde, -wlr or -hyprland, whichever is the desktop's";

    /// <summary>True if it says that nothing here shares screens, as opposed to a failure of what does.</summary>
    public static bool IsAbsence(DeviceException exception) =>
        exception.ErrorCode is DeviceErrors.Enoent or DeviceErrors.Enodev or Econnrefused or Enomedium;

    /// <summary>Passes a reply that is no error.</summary>
    /// <exception cref="DeviceException">It is one.</exception>
    public static DBusMessage ThrowIfError(this DBusMessage reply, string method)
    {
        if (!reply.IsError)
        {
            return reply;
        }

        string error = reply.Error.StartsWith(BusErrors, StringComparison.Ordinal) ? reply.Error[BusErrors.Length..] : reply.Error;
        throw error switch
        {
            "ServiceUnknown" or "NameHasNoOwner" or "Spawn.ServiceNotFound" => new DeviceException(
                Device,
                $"There is no desktop portal on the message bus. Install xdg-desktop-portal and {Backends}, and log in again.",
                DeviceErrors.Enoent),
            "UnknownInterface" or "UnknownMethod" or "UnknownObject" => NoScreens(),
            // What GDBus says of the properties of an interface that is not there.
            "InvalidArgs" when method == "GetAll" => NoScreens(),
            "NoReply" => Gone(),
            _ => new DeviceException(Device, $"The desktop portal did not do {method}: {reply.Text} ({reply.Error}).", DeviceErrors.Eio),
        };
    }

    /// <summary>The portal's program has ended.</summary>
    public static DeviceException Gone() => new(
        Device,
        "The desktop portal is gone: its program has ended. 'systemctl --user status xdg-desktop-portal' may tell why.",
        DeviceErrors.Epipe,
        isTransient: true);

    /// <summary>What a request of the user's came to, other than what was asked.</summary>
    public static DeviceException Refused(string method, uint response) => response == 1
        ? new DeviceException(Device, "The user chose not to share a screen.", Ecanceled)
        : new DeviceException(
            Device,
            $"The desktop portal ended {method} before anything was shared. The log of its backend may tell why: "
                + "'journalctl --user -b | grep xdg-desktop-portal'.",
            DeviceErrors.Eio);

    /// <summary>Nobody answered in time.</summary>
    public static DeviceException TimedOut(string method, ClockTime limit) => new(
        Device,
        method == "Start"
            ? $"The desktop's question which screen to share was not answered within {limit}. Does a window wait for it? AnswerLimit gives "
                + "more time, a restore token spares the question."
            : $"The desktop portal did not answer {method} within {limit}. 'systemctl --user restart xdg-desktop-portal' may help.",
        DeviceErrors.Etimedout,
        isTransient: true);

    /// <summary>An answer is not what the interface says.</summary>
    public static DeviceException NotUnderstood(string method, string what) => new(
        Device,
        $"The desktop portal's answer to {method} cannot be understood: {what}. Is xdg-desktop-portal up to date?",
        DeviceErrors.Eio);

    /// <summary>The portal cannot share what was asked for.</summary>
    public static DeviceException NotAvailable(string what, string available) => new(
        Device,
        $"The desktop portal cannot share {what}, only {available}. Ask for that, or install another backend: {Backends}.",
        DeviceErrors.Einval);

    /// <summary>The session has ended while it was in use.</summary>
    public static DeviceException Closed() => new(
        Device,
        "The screen is no longer shared: the session was ended at the desktop, or what was shared is gone. Start a new one; a restore "
            + "token spares the question.",
        DeviceErrors.Enodev);

    private static DeviceException NoScreens() => new(
        Device,
        $"The desktop portal has nothing that shares screens. Install {Backends}, and log in again.",
        DeviceErrors.Enodev);
}
