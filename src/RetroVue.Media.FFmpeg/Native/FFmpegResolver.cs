using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Sends the bindings' library names, which bear no version, to the set that was loaded.</summary>
internal static class FFmpegResolver
{
    // A module initializer, for the resolver must stand before the first native call of this assembly, whichever that is; it loads nothing.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Registering a resolver has no effect outside this assembly.")]
    internal static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(FFmpegResolver).Assembly,
        (name, _, _) => FFmpegLibrary.Loaded.Handles.TryGetValue(name, out var handle) ? handle : 0);
}
