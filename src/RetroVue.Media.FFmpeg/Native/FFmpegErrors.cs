using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Converts FFmpeg's error codes to exceptions; all code uses this class for that.</summary>
internal static unsafe class FFmpegErrors
{
    /// <summary>Returns a code that is not an error; throws for an error.</summary>
    /// <param name="code">The result of a call; negative is an error.</param>
    /// <param name="what">The operation, for the reader of the message: "Opening film.mp4". A constant on hot paths.</param>
    /// <returns>The code, zero or more.</returns>
    /// <exception cref="FFmpegException">The code is negative.</exception>
    [StackTraceHidden]
    public static int ThrowIfError(this int code, string what)
    {
        if (code < 0)
        {
            Throw(what, code, null);
        }

        return code;
    }

    /// <summary>The same, for calls that log more than a code: the exception contains FFmpeg's own last line.</summary>
    /// <param name="code">The result of a call; negative is an error.</param>
    /// <param name="what">The operation.</param>
    /// <param name="before">A mark made just before the call.</param>
    /// <exception cref="FFmpegException">The code is negative.</exception>
    [StackTraceHidden]
    public static int ThrowIfError(this int code, string what, ErrorMark before)
    {
        if (code < 0)
        {
            Throw(what, code, before.LastLine);
        }

        return code;
    }

    /// <summary>Throws if an allocating call returned null.</summary>
    /// <exception cref="FFmpegException">The pointer is null; the code says out of memory.</exception>
    [StackTraceHidden]
    public static void ThrowIfNull([NotNull] void* pointer, string what)
    {
        if (pointer is null)
        {
            Throw(what, AVERROR_ENOMEM, null);
        }
    }

    /// <summary>Returns FFmpeg's text for a code.</summary>
    public static string Describe(int code)
    {
        var text = stackalloc byte[AV_ERROR_MAX_STRING_SIZE];
        _ = av_strerror(code, text, AV_ERROR_MAX_STRING_SIZE);
        return Marshal.PtrToStringUTF8((nint)text)!;
    }

    [StackTraceHidden]
    [DoesNotReturn]
    private static void Throw(string what, int code, string? lastLine) => throw new FFmpegException(what, code, lastLine);
}
