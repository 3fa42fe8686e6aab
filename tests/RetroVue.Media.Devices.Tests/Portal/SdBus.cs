using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.DBus;

namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>The functions of sd-bus that a service needs and the library does not call (systemd/sd-bus.h).</summary>
internal static unsafe class SdBus
{
    private const string Library = "libsystemd.so.0";

    [DllImport(Library)]
    public static extern int sd_bus_request_name(sd_bus* bus, byte* name, ulong flags);

    [DllImport(Library)]
    public static extern int sd_bus_wait(sd_bus* bus, ulong microseconds);

    [DllImport(Library)]
    public static extern int sd_bus_message_new_method_return(sd_bus_message* call, sd_bus_message** message);

    [DllImport(Library)]
    public static extern int sd_bus_message_new_method_error(sd_bus_message* call, sd_bus_message** message, Error* error);

    [DllImport(Library)]
    public static extern int sd_bus_message_new_signal(sd_bus* bus, sd_bus_message** message, byte* path, byte* on, byte* member);

    [DllImport(Library)]
    public static extern int sd_bus_message_set_destination(sd_bus_message* message, byte* destination);

    /// <summary>struct sd_bus_error.</summary>
    public struct Error
    {
        public byte* Name;
        public byte* Message;
        public int NeedFree;
    }
}
