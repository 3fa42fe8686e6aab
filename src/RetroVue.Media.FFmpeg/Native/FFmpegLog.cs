using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Interop.Log;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;
using static RetroVue.Media.FFmpeg.Interop.Log.LogBridge;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// FFmpeg's log on its way to a logger. Thread-safe.
/// </summary>
/// <remarks>
/// What FFmpeg calls is C (native/include/retrovue_ffmpeg.h), for a <c>va_list</c> cannot be read here, and managed code must not be
/// entered from calls that were bound with <c>SuppressGCTransition</c>. It queues lines; a thread takes them from there.
/// </remarks>
internal static unsafe class FFmpegLog
{
    /// <summary>Whether the library that receives the log is there, and of this assembly's version.</summary>
    public static readonly bool IsReceived = FFmpegResolver.TryLoadOwn(LogBridge.Library, out _) && rv_ff_abi() == RV_FF_ABI;

    private const int Batch = 16;

    // How long lines that repeat wait at most, beyond their time, until they are told of; if there are none nothing wakes the reader.
    private const int LookAgain = 1000;
    private const int Forever = -1;

    // Held while lines are handed on, so that none reaches a logger after another has taken its place. The reader may wait for it: FFmpeg
    // does not wait for the reader.
    private static readonly Lock s_lock = new();
    private static readonly RepeatedLines s_repeated = new();
    private static ILogger? s_logger;
    private static IClock s_clock = SystemClock.Instance;
    private static long s_dropped;

    /// <summary>
    /// How much FFmpeg writes to standard error, in its own numbers. That belongs to the program that embeds this library; what matters
    /// comes back as error codes and counts, so only what it calls fatal stays, unless the program's user asks for more.
    /// </summary>
    public static int LevelOfStandardError =>
        int.TryParse(Environment.GetEnvironmentVariable(FFmpegLibrary.LogVariable), CultureInfo.InvariantCulture, out int level) ? level : AV_LOG_FATAL;

    /// <summary>
    /// Has libavutil call what receives the log, where that is there: it keeps each thread's last error, and hands all on to libavutil's own
    /// callback, which writes to standard error.
    /// </summary>
    /// <param name="avutil">The library, just loaded.</param>
    public static void Receive(nint avutil)
    {
        if (IsReceived && NativeLibrary.TryGetExport(avutil, "av_log_set_callback", out nint set))
        {
            nint standardError = NativeLibrary.GetExport(avutil, "av_log_default_callback");
            rv_ff_log_otherwise((delegate* unmanaged<void*, int, byte*, void*, void>)standardError);
            ((delegate* unmanaged<delegate* unmanaged<void*, int, byte*, void*, void>, void>)set)(rv_ff_log_callback());
        }
    }

    /// <summary>Sends the messages of a level and of worse ones to a logger, in the place of the one before.</summary>
    /// <exception cref="FFmpegLibraryException">FFmpeg, or the library that receives its log, is missing or of another version.</exception>
    public static void SendTo(ILogger logger, LogLevel least, IClock clock)
    {
        int level = NumberOf(least);
        if (rv_ff_abi() != RV_FF_ABI)
        {
            throw new FFmpegLibraryException($"{LogBridge.Library} is of another version than this assembly. Build it anew with native/build.");
        }

        lock (s_lock)
        {
            LogAll();
            s_logger = logger;
            s_clock = clock;
            // FFmpeg looks at its own level too, where a message is costly to make.
            av_log_set_level(level);
            int run = rv_ff_log_start(level);
            // It was since the library was loaded, unless somebody else has put another in its place.
            av_log_set_callback(rv_ff_log_callback());
            // Unsafe: whose call this is, by its logging scopes and activities, is not who FFmpeg's messages are about.
            new Thread(() => LogUntilOver(run)) { Name = "FFmpeg log", IsBackground = true }.UnsafeStart();
        }
    }

    /// <summary>Gives the log back to FFmpeg's own callback; what was said until then is logged when it returns.</summary>
    public static void GiveBack()
    {
        lock (s_lock)
        {
            if (s_logger is null)
            {
                return;
            }

            av_log_set_level(LevelOfStandardError);
            rv_ff_log_stop();
            LogAll();
            s_logger = null;
        }
    }

    private static void LogUntilOver(int run)
    {
        for (int wait = Forever; rv_ff_log_wait(run, wait) != 0;)
        {
            lock (s_lock)
            {
                // First, so that a line that comes after a long silence is logged itself.
                s_repeated.TellOver(s_clock.Now, LogRepeated);
                LogWaiting();
                wait = s_repeated.HasCounts ? LookAgain : Forever;
            }
        }
    }

    /// <summary>Logs what waits, and what has been counted so far: another logger does not know what it is about. With the lock held.</summary>
    private static void LogAll()
    {
        LogWaiting();
        // If the ring was full to the last line, the end of what was lost has not been seen.
        LogDropped();
        s_repeated.TellAll(LogRepeated);
    }

    /// <summary>Logs what waits; no more than the ring holds, for FFmpeg may go on. With the lock held.</summary>
    private static void LogWaiting()
    {
        rv_ff_line* lines = stackalloc rv_ff_line[Batch];
        for (int done = 0; done < RV_FF_LINES; done += Batch)
        {
            long dropped;
            int count = rv_ff_log_read(lines, Batch, &dropped);
            s_dropped += dropped;
            for (int i = 0; i < count; i++)
            {
                Log(&lines[i]);
            }

            if (count < Batch)
            {
                LogDropped();
                return;
            }
        }
    }

    private static void Log(rv_ff_line* line)
    {
        LogLevel level = LevelOf(line->level);
        try
        {
            if (s_logger is { } logger && logger.IsEnabled(level) && s_repeated.Take(line->kind, s_clock.Now) is { } kind)
            {
                kind.Level = level;
                kind.Component = line->component[0] == 0 ? "FFmpeg" : NativeText.Read(line->component)!;
                kind.Text = Secrets.Hide(NativeText.Read(line->text)!);
                FFmpegMessages.Line(logger, level, kind.Component, kind.Text);
            }
        }
        catch (Exception)
        {
            // There is nobody to tell, and the next line may be taken again.
        }
    }

    private static void LogRepeated(RepeatedLines.Kind kind)
    {
        try
        {
            FFmpegMessages.Repeated(s_logger!, kind.Level, kind.Component, kind.Count, kind.Text);
        }
        catch (Exception)
        {
            // As above.
        }
    }

    /// <summary>Tells of a burst that did not find room, once it is over.</summary>
    private static void LogDropped()
    {
        (long dropped, s_dropped) = (s_dropped, 0);
        if (dropped > 0 && s_logger is { } logger)
        {
            try
            {
                FFmpegMessages.Lost(logger, dropped);
            }
            catch (Exception)
            {
                // As above.
            }
        }
    }

    private static int NumberOf(LogLevel least) => least switch
    {
        LogLevel.Trace => AV_LOG_TRACE,
        LogLevel.Debug => AV_LOG_DEBUG,
        LogLevel.Information => AV_LOG_INFO,
        LogLevel.Warning => AV_LOG_WARNING,
        LogLevel.Error => AV_LOG_ERROR,
        LogLevel.Critical => AV_LOG_FATAL,
        LogLevel.None => AV_LOG_QUIET,
        _ => throw new ArgumentOutOfRangeException(nameof(least), least, "There is no such level."),
    };

    // An object's own offset may put a message between FFmpeg's levels.
    private static LogLevel LevelOf(int number) => number switch
    {
        <= AV_LOG_FATAL => LogLevel.Critical,
        <= AV_LOG_ERROR => LogLevel.Error,
        <= AV_LOG_WARNING => LogLevel.Warning,
        <= AV_LOG_INFO => LogLevel.Information,
        <= AV_LOG_DEBUG => LogLevel.Debug,
        _ => LogLevel.Trace,
    };
}
