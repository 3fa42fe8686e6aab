using Microsoft.Extensions.Logging;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg;

/// <summary>
/// The FFmpeg libraries in use: those in the folder that the environment variable RETROVUE_FFMPEG_DIR names, else the system's.
/// </summary>
/// <remarks>
/// They are loaded when they are first used, once per process (a failure stays too); FFmpeg 5.1 to 8.x (libavformat 59 to 62) on
/// 64-bit Linux. What receives FFmpeg's log then becomes libavutil's log callback, where it is there: a program with a callback of its own
/// sets it after <see cref="Load"/>, and goes without <see cref="FFmpegException.LastLine"/>.
/// Every member loads them and throws <see cref="FFmpegLibraryException"/> where that fails. Thread-safe.
/// </remarks>
public static class FFmpegLibrary
{
    /// <summary>The environment variable that names a folder to look in before the system's.</summary>
    public const string FolderVariable = "RETROVUE_FFMPEG_DIR";

    /// <summary>
    /// The environment variable that sets how much FFmpeg itself writes to standard error, as its numbers go (libavutil/log.h): 8 for
    /// fatal errors, which holds where it is not set, 16 errors, 24 warnings, 32 information, 48 debugging. Without effect while
    /// <see cref="LogTo"/> has the messages.
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
            FFmpegMessages.LibrariesFound(
                CreateLogger(loggerFactory),
                loaded.Version,
                loaded.Folder ?? "the system",
                string.Join(", ", loaded.Libraries));
        }
    }

    /// <summary>
    /// Sends what FFmpeg itself logs to a logger of this class's name instead of standard error: a line each, under the event id 2001,
    /// with the <c>Component</c> it comes from and its <c>Text</c> as parameters.
    /// </summary>
    /// <param name="loggerFactory">
    /// Where to; it may be called again with another. Null gives the messages back to standard error, if they were taken, and what FFmpeg
    /// said until then has been logged when it returns: so it is called before the factory is disposed of.
    /// </param>
    /// <param name="least">
    /// The least of FFmpeg's messages that are taken, whatever the logger would take: fatal ones are <see cref="LogLevel.Critical"/>,
    /// verbose and debugging ones both <see cref="LogLevel.Debug"/>. The libraries log much below <see cref="LogLevel.Warning"/>.
    /// </param>
    /// <param name="clock">The clock by which lines that repeat are counted; null: the system's.</param>
    /// <remarks>
    /// Of lines that differ in no more than the values in them (one component, one format of C's) the first is logged, and then at most
    /// once in ten seconds how many more there were, under the event id 2003, with the <c>Component</c>, the <c>Count</c> and the first
    /// one's <c>Text</c>: a damaged file makes decoders say the same dozens of times a second. User names and passwords in URLs are left out.
    /// FFmpeg has one log in a process, of all that happens in it. It never waits for the logger, which is called on a thread of its own
    /// ("FFmpeg log"): of what comes faster than it is logged, beyond 512 lines, the rest is lost and its count logged as a warning,
    /// event id 2002. Lines are cut at 959 bytes. What a logger throws is let go.
    /// </remarks>
    /// <exception cref="FFmpegLibraryException">
    /// FFmpeg's libraries are not there, or the library that receives its log is not: the message says how it is built.
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
