using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>A complete set of libraries, loaded; it stays for the life of the process.</summary>
/// <param name="Release">The release whose layouts are used.</param>
/// <param name="ReleaseName">The release's name, such as "5.1".</param>
/// <param name="Version">The build's own name.</param>
/// <param name="Folder">The folder of the libraries; null for the system.</param>
/// <param name="Libraries">Names with versions.</param>
/// <param name="Handles">The handles, by the name in <c>DllImport</c>.</param>
internal sealed record LoadedFFmpeg(
    FFmpegRelease Release,
    string ReleaseName,
    string Version,
    string? Folder,
    IReadOnlyList<string> Libraries,
    IReadOnlyDictionary<string, nint> Handles);
