using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Interop.Log;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Sends the bindings' library names, which bear no version, to the set that was loaded; and finds the library that receives FFmpeg's log.
/// </summary>
internal static class FFmpegResolver
{
    // A module initializer, for the resolver must stand before the first native call of this assembly, whichever that is; it loads nothing.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Registering a resolver has no effect outside this assembly.")]
    internal static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(FFmpegResolver).Assembly,
        (name, _, _) => name == LogBridge.Library ? LoadOwn(name) : FFmpegLibrary.Loaded.Handles.TryGetValue(name, out var handle) ? handle : 0);

    /// <summary>As <see cref="LoadOwn"/>; false if it is not there.</summary>
    internal static bool TryLoadOwn(string name, out nint handle) => NativeLibrary.TryLoad(name, typeof(FFmpegResolver).Assembly, null, out handle);

    /// <summary>Loads a library of our own, which lies beside the assembly, or where its package puts it.</summary>
    /// <exception cref="FFmpegLibraryException">It is not there.</exception>
    internal static nint LoadOwn(string name) => TryLoadOwn(name, out nint handle)
        ? handle
        : throw new FFmpegLibraryException(
            $"FFmpeg's messages cannot be logged, for the library {name} cannot be loaded. Build it with native/build (it needs cmake, gcc, "
            + "pkg-config and libpipewire-0.3-dev) and build this project again.");
}
