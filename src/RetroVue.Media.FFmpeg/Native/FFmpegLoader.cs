using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Finds a complete set of FFmpeg libraries and its release.
/// </summary>
/// <remarks>
/// The set is chosen by libavformat's major version, because other versions are shared: libswresample.so.4 belongs to both 5.1 and 6.x. The
/// libraries are loaded in the order of their dependencies, so that each finds the ones that it needs, even in a folder that the dynamic
/// linker does not know.
/// </remarks>
internal static unsafe class FFmpegLoader
{
    private const string Key = "avformat";

    private const string Remedy =
        "Install FFmpeg's libraries (Debian and Ubuntu: apt-get install ffmpeg; on Debian 12 its packages are libavformat59, libavcodec59, "
        + "libavfilter8, libavutil57, libswscale6 and libswresample4), or set " + FFmpegLibrary.FolderVariable
        + " to a folder with all six.";

    /// <summary>Loads the newest supported set from the folder, or from the system.</summary>
    /// <param name="folder">The folder to search first; null or empty: none.</param>
    /// <param name="openFromSystem">Opens a library of the system by its file name; returns 0 if there is none. For tests.</param>
    /// <exception cref="FFmpegLibraryException">There is no complete, supported set.</exception>
    public static LoadedFFmpeg Load(string? folder, Func<string, nint>? openFromSystem = null)
    {
        if (!Environment.Is64BitProcess)
        {
            throw new FFmpegLibraryException("The FFmpeg elements need a 64-bit process: the layouts of FFmpeg's structs are only known for 64 bits.");
        }

        openFromSystem ??= name => NativeLibrary.TryLoad(name, out var handle) ? handle : 0;
        if (string.IsNullOrEmpty(folder))
        {
            return Find(openFromSystem, null) ?? throw NotFound(openFromSystem, null);
        }

        nint OpenFromFolder(string name)
        {
            var path = Path.Combine(folder, name);
            try
            {
                return File.Exists(path) ? NativeLibrary.Load(path) : 0;
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                // The runtime's message ends with the linker's own line, which contains the reason.
                var reason = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
                throw new FFmpegLibraryException($"{path} cannot be loaded: {reason}. {Remedy}", e);
            }
        }

        return Find(OpenFromFolder, folder) ?? Find(openFromSystem, null) ?? throw NotFound(openFromSystem, (folder, OpenFromFolder));
    }

    private static LoadedFFmpeg? Find(Func<string, nint> open, string? folder)
    {
        foreach (var (_, name, libraries) in FFmpegReleases.All.Reverse().DistinctBy(release => release.Libraries.Single(IsKey).Major))
        {
            var handles = libraries.ToDictionary(library => library.Library, library => open(FileName(library)), StringComparer.Ordinal);
            try
            {
                if (handles[Key] != 0)
                {
                    var missing = libraries.Where(library => handles[library.Library] == 0).Select(FileName).ToList();
                    return missing.Count == 0 ? Identify(handles, folder) : throw new FFmpegLibraryException(
                        $"FFmpeg {name} was found in {folder ?? "the system"}, but without {string.Join(", ", missing)}. {Remedy}");
                }
            }
            catch (FFmpegLibraryException)
            {
                Free(handles);
                throw;
            }

            Free(handles);
        }

        return null;
    }

    private static LoadedFFmpeg Identify(Dictionary<string, nint> handles, string? folder)
    {
        var versions = handles.ToDictionary(pair => pair.Key, pair => VersionOf(pair.Key, pair.Value), StringComparer.Ordinal);
        var key = versions[Key];
        var known = FFmpegReleases.All.LastOrDefault(release => release.Libraries.Single(IsKey) is var known
            && known.Major == key.Major && known.Minor <= key.Minor);
        if (known.Libraries is null)
        {
            throw new FFmpegLibraryException(
                $"libavformat {key} in {folder ?? "the system"} is older than FFmpeg {FFmpegReleases.All[0].Name}, the oldest supported. {Remedy}");
        }

        // A mixture of two releases works until code reads a field that only one of them has at that offset.
        foreach (var (library, major, minor) in known.Libraries)
        {
            if (versions[library] is var version && (version.Major != major || version.Minor < minor))
            {
                throw new FFmpegLibraryException(
                    $"The FFmpeg libraries in {folder ?? "the system"} belong to different releases: libavformat {key} belongs to {known.Name}, "
                    + $"lib{library} {version} does not. {Remedy}");
            }
        }

        SetLogLevel(handles["avutil"]);
        FFmpegLog.Receive(handles["avutil"]);
        var info = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(handles["avutil"], "av_version_info");
        return new LoadedFFmpeg(
            known.Release,
            known.Name,
            Marshal.PtrToStringUTF8((nint)info()) ?? known.Name,
            folder,
            [.. versions.Select(pair => $"lib{pair.Key} {pair.Value}")],
            handles);
    }

    private static Version VersionOf(string library, nint handle)
    {
        var version = ((delegate* unmanaged<uint>)NativeLibrary.GetExport(handle, library + "_version"))();
        return new Version((int)(version >> 16), (int)(version >> 8) & 0xFF, (int)version & 0xFF);
    }

    private static FFmpegLibraryException NotFound(Func<string, nint> system, (string Name, Func<string, nint> Open)? folder)
    {
        var majors = FFmpegReleases.All.Select(release => release.Libraries.Single(IsKey).Major).Distinct().Order().ToList();
        var supported = $"FFmpeg {FFmpegReleases.All[0].Name} to 8.x (libavformat {majors[0]} to {majors[^1]})";
        var places = folder is { } named ? $"in {named.Name} and in the system" : "in the system";

        // Also a few versions below and above: old releases that are still in use, or future ones.
        var others = Enumerable.Range(majors[0] - 4, majors.Count + 12).Except(majors).Select(major => $"libavformat.so.{major}")
            .Where(name => CanOpen(system, name) || (folder is { } also && CanOpen(also.Open, name))).ToList();
        return new FFmpegLibraryException(others.Count == 0
            ? $"FFmpeg's libraries were not found {places}; {supported} is supported. {Remedy}"
            : $"Only unsupported FFmpeg libraries were found {places}: {string.Join(", ", others)}; {supported} is supported. {Remedy}");
    }

    private static bool CanOpen(Func<string, nint> open, string name)
    {
        var handle = open(name);
        NativeLibrary.Free(handle);
        return handle != 0;
    }

    private static void Free(Dictionary<string, nint> handles)
    {
        foreach (var handle in handles.Values)
        {
            NativeLibrary.Free(handle);
        }
    }

    private static bool IsKey((string Library, int Major, int Minor) library) => library.Library == Key;

    private static string FileName((string Library, int Major, int Minor) library) => $"lib{library.Library}.so.{library.Major}";

    private static void SetLogLevel(nint avutil)
    {
        // Only a test's substitute for the library does not have it.
        if (NativeLibrary.TryGetExport(avutil, "av_log_set_level", out nint set))
        {
            ((delegate* unmanaged<int, void>)set)(FFmpegLog.LevelOfStandardError);
        }
    }
}
