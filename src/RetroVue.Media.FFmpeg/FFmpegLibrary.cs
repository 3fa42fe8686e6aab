using Microsoft.Extensions.Logging;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg;

/// <summary>
/// The FFmpeg libraries of this process: those in the folder that the environment variable RETROVUE_FFMPEG_DIR names, or the system's.
/// </summary>
/// <remarks>
/// They are loaded on first use, once per process (a failure is permanent too): FFmpeg 5.1 to 8.x (libavformat 59 to 62) on 64-bit Linux.
/// If the library that receives FFmpeg's log is present, it then becomes libavutil's log callback. A program with a log callback of its own
/// sets it after <see cref="Load"/>, and then has no <see cref="FFmpegException.LastLine"/>. Each member loads the libraries and throws
/// <see cref="FFmpegLibraryException"/> if that fails. Thread-safe.
/// </remarks>
public static class FFmpegLibrary
{
    /// <summary>The environment variable with a folder that is searched before the system's.</summary>
    public const string FolderVariable = "RETROVUE_FFMPEG_DIR";

    /// <summary>
    /// The environment variable for the level of FFmpeg's own log on standard error, as a number of libavutil/log.h: 8 for fatal errors
    /// (the default), 16 errors, 24 warnings, 32 information, 48 debugging. It has no effect while <see cref="LogTo"/> receives the
    /// messages.
    /// </summary>
    public const string LogVariable = "RETROVUE_FFMPEG_LOG";

    private static readonly Lazy<LoadedFFmpeg> s_loaded = new(
        () => FFmpegLoader.Load(Environment.GetEnvironmentVariable(FolderVariable)));

    private static int s_logged;

    /// <summary>The build's own version text, such as "5.1.9-0+deb12u1" (av_version_info).</summary>
    public static string Version => Loaded.Version;

    /// <summary>The newest FFmpeg release that these libraries are compatible with, such as "5.1".</summary>
    public static string Release => Loaded.ReleaseName;

    /// <summary>Each library with its version, such as "libavutil 57.28.100", in the order of loading.</summary>
    public static IReadOnlyList<string> Libraries => Loaded.Libraries;

    /// <summary>The folder of the libraries; null for the system's library path.</summary>
    public static string? Folder => Loaded.Folder;

    internal static LoadedFFmpeg Loaded => s_loaded.Value;

    /// <summary>Loads the libraries now, so that a failure occurs at the start, and logs their versions once per process.</summary>
    /// <param name="loggerFactory">Makes the logger for that line; null for no log.</param>
    /// <exception cref="FFmpegLibraryException">The libraries are missing, incomplete or unknown.</exception>
    public static void Load(ILoggerFactory? loggerFactory = null)
    {
        var loaded = Loaded;
        if (loggerFactory is not null && Interlocked.Exchange(ref s_logged, 1) == 0)
        {
            FFmpegMessages.LibrariesFound(
                CreateLogger(loggerFactory),
                loaded.Version,
                loaded.Folder ?? "the system",
                string.Join(", ", loaded.Libraries));
        }
    }

    /// <summary>
    /// Sends FFmpeg's own log to a logger with this class's name instead of standard error: one entry per line, with event id 2001, and
    /// with <c>Component</c> and <c>Text</c> as parameters.
    /// </summary>
    /// <param name="loggerFactory">
    /// Makes the logger; a later call may pass another one. Null returns the messages to standard error. When the call returns, all earlier
    /// messages have been logged: so call it with null before you dispose of the factory.
    /// </param>
    /// <param name="least">
    /// The lowest level of FFmpeg's messages that are passed on, whatever level the logger accepts. Fatal messages become
    /// <see cref="LogLevel.Critical"/>; verbose and debugging ones become <see cref="LogLevel.Debug"/>. The libraries log a lot below
    /// <see cref="LogLevel.Warning"/>.
    /// </param>
    /// <param name="clock">The clock for counting repeated lines; null: the system's.</param>
    /// <remarks>
    /// If lines differ only in the values in them (same component, same C format string), the first one is logged. After that, at most one
    /// line in ten seconds gives the number of further ones, with event id 2003 and with <c>Component</c>, <c>Count</c> and the first
    /// line's <c>Text</c>: with a damaged file, decoders repeat the same line dozens of times a second. User names and passwords in URLs
    /// are removed. FFmpeg has one log per process. It never waits for the logger, which is called on a thread of its own ("FFmpeg log").
    /// If more than 512 lines wait for the logger, further ones are lost; their number is logged as a warning, event id 2002. Lines are cut
    /// at 959 bytes. Exceptions of a logger are ignored.
    /// </remarks>
    /// <exception cref="FFmpegLibraryException">
    /// FFmpeg's libraries are missing, or the library that receives its log is; the message says how to build it.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public static void LogTo(ILoggerFactory? loggerFactory, LogLevel least = LogLevel.Warning, IClock? clock = null)
    {
        if (loggerFactory is null)
        {
            FFmpegLog.GiveBack();
        }
        else
        {
            FFmpegLog.SendTo(CreateLogger(loggerFactory), least, clock ?? SystemClock.Instance);
        }
    }

    private static ILogger CreateLogger(ILoggerFactory loggerFactory) => loggerFactory.CreateLogger(typeof(FFmpegLibrary).FullName!);
}
