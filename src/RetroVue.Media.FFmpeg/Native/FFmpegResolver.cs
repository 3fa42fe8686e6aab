using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Interop.Log;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Maps the bindings' library names, which have no version, to the loaded set; and finds the library that receives FFmpeg's log.
/// </summary>
internal static class FFmpegResolver
{
    // A module initializer, because the resolver must be registered before this assembly's first native call; it loads nothing.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Registering a resolver has no effect outside this assembly.")]
    internal static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(FFmpegResolver).Assembly,
        (name, _, _) => name == LogBridge.Library ? LoadOwn(name) : FFmpegLibrary.Loaded.Handles.TryGetValue(name, out var handle) ? handle : 0);

    /// <summary>Like <see cref="LoadOwn"/>, but returns false if the library is missing.</summary>
    internal static bool TryLoadOwn(string name, out nint handle) => NativeLibrary.TryLoad(name, typeof(FFmpegResolver).Assembly, null, out handle);

    /// <summary>Loads one of this project's own libraries, from the assembly's folder or from its package.</summary>
    /// <exception cref="FFmpegLibraryException">The library is missing.</exception>
    internal static nint LoadOwn(string name) => TryLoadOwn(name, out nint handle)
        ? handle
        : throw new FFmpegLibraryException(
            $"FFmpeg's messages cannot be logged, because the library {name} cannot be loaded. Build it with native/build (it needs cmake, gcc, "
            + "pkg-config and libpipewire-0.3-dev) and build this project again.");
}
