using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.PipeWire;

namespace RetroVue.Media.Devices.Native;

/// <summary>Loads the native libraries for devices, each at its first call.</summary>
internal static class DeviceLibraries
{
    // A module initializer, because the resolver must be registered before this assembly's first native call; it loads nothing.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Registering a resolver has no effect outside this assembly.")]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(DeviceLibraries).Assembly, (name, _, _) => Load(name));

    /// <summary>Loads a library; returns 0 to let the runtime look for it.</summary>
    /// <exception cref="DeviceLibraryException">A known library is missing.</exception>
    internal static nint Load(string name)
    {
        if (Remedy(name) is not { } remedy)
        {
            return 0;
        }

        // One of this project's own is in the assembly's folder or comes from its package.
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
            + "it needs PipeWire's library (Debian and Ubuntu: apt-get install libpipewire-0.3-0, or libpipewire-0.3-0t64 on newer ones).",
        _ => null,
    };
}
