using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Interop.Log;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;
using static RetroVue.Media.FFmpeg.Interop.Log.LogBridge;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Passes FFmpeg's log to a logger. Thread-safe.
/// </summary>
/// <remarks>
/// FFmpeg's callback is C (native/include/retrovue_ffmpeg.h), because managed code cannot read a <c>va_list</c>, and must not be entered
/// from calls that were bound with <c>SuppressGCTransition</c>. The C code queues lines; a thread takes them from there.
/// </remarks>
internal static unsafe class FFmpegLog
{
    /// <summary>True if the library that receives the log is present and has this assembly's version.</summary>
    public static readonly bool IsReceived = FFmpegResolver.TryLoadOwn(LogBridge.Library, out _) && rv_ff_abi() == RV_FF_ABI;

    private const int Batch = 16;

    // The longest delay, beyond their interval, until repeated lines are reported; if there are none, nothing wakes the reader.
    private const int LookAgain = 1000;
    private const int Forever = -1;

    // Held while lines are passed on, so that no line reaches a logger after it has been replaced. The reader may wait for it: FFmpeg does
    // not wait for the reader.
    private static readonly Lock s_lock = new();
    private static readonly RepeatedLines s_repeated = new();
    private static ILogger? s_logger;
    private static IClock s_clock = SystemClock.Instance;
    private static long s_dropped;

    /// <summary>
    /// The level of FFmpeg's own log on standard error, as its number. Standard error belongs to the program that uses this library, and
    /// important results are returned as error codes and counts. So only fatal messages are written, unless the program's user wants more.
    /// </summary>
    public static int LevelOfStandardError =>
        int.TryParse(Environment.GetEnvironmentVariable(FFmpegLibrary.LogVariable), CultureInfo.InvariantCulture, out int level) ? level : AV_LOG_FATAL;

    /// <summary>
    /// Makes libavutil call the library that receives the log, if it is present. That library keeps each thread's last error, and passes
    /// all messages to libavutil's own callback, which writes to standard error.
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

    /// <summary>Sends the messages of a level and above to a logger, which replaces the one before.</summary>
    /// <exception cref="FFmpegLibraryException">FFmpeg, or the library that receives its log, is missing or of another version.</exception>
    public static void SendTo(ILogger logger, LogLevel least, IClock clock)
    {
        int level = NumberOf(least);
        if (rv_ff_abi() != RV_FF_ABI)
        {
            throw new FFmpegLibraryException($"{LogBridge.Library} has another version than this assembly. Build it again with native/build.");
        }

        lock (s_lock)
        {
            LogAll();
            s_logger = logger;
            s_clock = clock;
            // FFmpeg checks its own level too, if a message is costly to make.
            av_log_set_level(level);
            int run = rv_ff_log_start(level);
            // It has been the callback since the library was loaded, unless another program part has replaced it.
            av_log_set_callback(rv_ff_log_callback());
            // Unsafe: without this call's logging scopes and activities, which have nothing to do with FFmpeg's messages.
            new Thread(() => LogUntilOver(run)) { Name = "FFmpeg log", IsBackground = true }.UnsafeStart();
        }
    }

    /// <summary>Returns the log to FFmpeg's own callback; when the call returns, all earlier messages have been logged.</summary>
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
                // First, so that a line after a long silence is logged itself.
                s_repeated.TellOver(s_clock.Now, LogRepeated);
                LogWaiting();
                wait = s_repeated.HasCounts ? LookAgain : Forever;
            }
        }
    }

    /// <summary>Logs all waiting lines and all counts, because another logger does not know the first lines. With the lock held.</summary>
    private static void LogAll()
    {
        LogWaiting();
        // If the ring was completely full, the end of the lost part is not known yet.
        LogDropped();
        s_repeated.TellAll(LogRepeated);
    }

    /// <summary>Logs the waiting lines, but at most a full ring, because FFmpeg may go on. With the lock held.</summary>
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
            // The logger's failure cannot be reported; it may accept the next line.
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

    /// <summary>Logs the number of lines that were lost in a burst, after its end.</summary>
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

    // An object's own log level offset may put a message between FFmpeg's levels.
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
