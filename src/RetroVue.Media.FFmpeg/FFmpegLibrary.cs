using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg;

/// <summary>
/// The FFmpeg libraries in use: those in the folder that the environment variable RETROVUE_FFMPEG_DIR names, else the system's.
/// </summary>
/// <remarks>
/// They are loaded when they are first used, once per process (a failure stays too); FFmpeg 5.1 to 8.x (libavformat 59 to 62) on
/// 64-bit Linux.
/// Every member loads them and throws <see cref="FFmpegLibraryException"/> where that fails. Thread-safe.
/// </remarks>
public static partial class FFmpegLibrary
{
    /// <summary>The environment variable that names a folder to look in before the system's.</summary>
    public const string FolderVariable = "RETROVUE_FFMPEG_DIR";

    /// <summary>
    /// The environment variable that sets how much FFmpeg itself writes to standard error, as its numbers go (libavutil/log.h): 8 for
    /// fatal errors, which holds where it is not set, 16 errors, 24 warnings, 32 information, 48 debugging.
    /// </summary>
    public const string LogVariable = "RETROVUE_FFMPEG_LOG";

    private static readonly Lazy<LoadedFFmpeg> s_loaded = new(
        () => FFmpegLoader.Load(Environment.GetEnvironmentVariable(FolderVariable)));

    private static int s_logged;

    /// <summary>What the build calls itself, as "5.1.9-0+deb12u1" (av_version_info).</summary>
    public static string Version => Loaded.Version;

    /// <summary>The newest FFmpeg release that these libraries are at least, as "5.1".</summary>
    public static string Release => Loaded.ReleaseName;

    /// <summary>Each library with its version, as "libavutil 57.28.100", in the order in which they were loaded.</summary>
    public static IReadOnlyList<string> Libraries => Loaded.Libraries;

    /// <summary>The folder that they were found in; null for the system's library path.</summary>
    public static string? Folder => Loaded.Folder;

    internal static LoadedFFmpeg Loaded => s_loaded.Value;

    /// <summary>Loads the libraries now, so that a failure is met at start, and logs once per process what was found.</summary>
    /// <param name="loggerFactory">Where the line is logged; null: nowhere.</param>
    /// <exception cref="FFmpegLibraryException">The libraries are missing, incomplete or unknown.</exception>
    public static void Load(ILoggerFactory? loggerFactory = null)
    {
        var loaded = Loaded;
        if (loggerFactory is not null && Interlocked.Exchange(ref s_logged, 1) == 0)
        {
            LogFound(
                loggerFactory.CreateLogger(typeof(FFmpegLibrary).FullName!),
                loaded.Version,
                loaded.Folder ?? "the system",
                string.Join(", ", loaded.Libraries));
        }
    }

    [LoggerMessage(2000, LogLevel.Information, "FFmpeg {Version} from {Folder}: {Libraries}")]
    private static partial void LogFound(ILogger logger, string version, string folder, string libraries);
}
