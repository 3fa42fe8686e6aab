using RetroVue.Media.Devices.DBus;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Portal;

/// <summary>Error messages about the portal.</summary>
internal static class PortalErrors
{
    // asm-generic/errno.h; sd-bus returns the third one if it cannot find an address.
    private const int Econnrefused = 111;
    private const int Ecanceled = 125;
    private const int Enomedium = 123;
    private const string Device = "desktop portal";
    private const string BusErrors = "org.freedesktop.DBus.Error.";
    private const string Backends = "xdg-desktop-portal-gnome, -kde, -wlr or -hyprland, depending on the desktop";

    /// <summary>True if the error means that this desktop cannot share screens, and not that sharing failed.</summary>
    public static bool IsAbsence(DeviceException exception) =>
        exception.ErrorCode is DeviceErrors.Enoent or DeviceErrors.Enodev or Econnrefused or Enomedium;

    /// <summary>Returns a reply that is not an error; throws for an error.</summary>
    /// <exception cref="DeviceException">The reply is an error.</exception>
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
            // GDBus's error for the properties of an interface that does not exist.
            "InvalidArgs" when method == "GetAll" => NoScreens(),
            "NoReply" => Gone(),
            _ => new DeviceException(Device, $"The desktop portal refused {method}: {reply.Text} ({reply.Error}).", DeviceErrors.Eio),
        };
    }

    /// <summary>Makes the error that the portal's program has ended.</summary>
    public static DeviceException Gone() => new(
        Device,
        "The desktop portal is gone: its program has ended. 'systemctl --user status xdg-desktop-portal' may show why.",
        DeviceErrors.Epipe,
        isTransient: true);

    /// <summary>Makes the error for a request that the user or the portal did not grant.</summary>
    public static DeviceException Refused(string method, uint response) => response == 1
        ? new DeviceException(Device, "The user chose not to share a screen.", Ecanceled)
        : new DeviceException(
            Device,
            $"The desktop portal ended {method} before anything was shared. The log of its backend may show why: "
                + "'journalctl --user -b | grep xdg-desktop-portal'.",
            DeviceErrors.Eio);

    /// <summary>Makes the error that there was no answer in time.</summary>
    public static DeviceException TimedOut(string method, ClockTime limit) => new(
        Device,
        method == "Start"
            ? $"The user did not choose a screen within {limit}. Perhaps a dialog still waits for an answer. AnswerLimit gives "
                + "more time; with a restore token the desktop does not ask."
            : $"The desktop portal did not answer {method} within {limit}. 'systemctl --user restart xdg-desktop-portal' may help.",
        DeviceErrors.Etimedout,
        isTransient: true);

    /// <summary>Makes the error that an answer does not match the interface.</summary>
    public static DeviceException NotUnderstood(string method, string what) => new(
        Device,
        $"The desktop portal's answer to {method} is not valid: {what}. Update xdg-desktop-portal.",
        DeviceErrors.Eio);

    /// <summary>Makes the error that the portal cannot share the requested kind.</summary>
    public static DeviceException NotAvailable(string what, string available) => new(
        Device,
        $"The desktop portal cannot share {what}, only {available}. Request that, or install another backend: {Backends}.",
        DeviceErrors.Einval);

    /// <summary>Makes the error that the session has ended during use.</summary>
    public static DeviceException Closed() => new(
        Device,
        "The screen is no longer shared: the session was ended at the desktop, or the shared window or screen is gone. Start a new one; with a restore "
            + "token the desktop does not ask.",
        DeviceErrors.Enodev);

    private static DeviceException NoScreens() => new(
        Device,
        $"The desktop portal has no backend that can share screens. Install {Backends}, and log in again.",
        DeviceErrors.Enodev);
}
