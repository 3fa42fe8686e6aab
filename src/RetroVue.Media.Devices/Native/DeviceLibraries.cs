using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.PipeWire;

namespace RetroVue.Media.Devices.Native;

/// <summary>Loads the native libraries that devices are reached through, each when it is first called.</summary>
internal static class DeviceLibraries
{
    // A module initializer, for the resolver must stand before the first native call of this assembly, whichever that is; it loads nothing.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Registering a resolver has no effect outside this assembly.")]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(DeviceLibraries).Assembly, (name, _, _) => Load(name));

    /// <summary>Loads a library; 0 lets the runtime look for it in its own way.</summary>
    /// <exception cref="DeviceLibraryException">It is one of the known ones and not there.</exception>
    internal static nint Load(string name)
    {
        if (Remedy(name) is not { } remedy)
        {
            return 0;
        }

        // One of our own lies beside the assembly, or where its package puts it.
        if (NativeLibrary.TryLoad(name, typeof(DeviceLibraries).Assembly, null, out nint own))
        {
            return own;
        }

        try
        {
            return NativeLibrary.Load(name);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new DeviceLibraryException($"The library {name} cannot be loaded. {remedy}", exception);
        }
    }

    private static string? Remedy(string name) => name switch
    {
        "libasound.so.2" => "Install ALSA's library (Debian and Ubuntu: apt-get install libasound2, or libasound2t64 on newer ones).",
        "libsystemd.so.0" => "Install systemd's library, which works without systemd (Debian and Ubuntu: apt-get install libsystemd0).",
        PipeWireBridge.Library => "Build it with native/build (it needs cmake, gcc, pkg-config and libpipewire-0.3-dev) and build this project again; "
            + "it takes PipeWire's library (Debian and Ubuntu: apt-get install libpipewire-0.3-0, or libpipewire-0.3-0t64 on newer ones).",
        _ => null,
    };
}
