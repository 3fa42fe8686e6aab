using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>The one way from FFmpeg's error codes to exceptions.</summary>
internal static unsafe class FFmpegErrors
{
    /// <summary>Passes a code that is no error; throws for one that is.</summary>
    /// <param name="code">What the call returned; negative is an error.</param>
    /// <param name="what">What was being done, for the reader of the message: "Opening film.mp4". A constant on hot paths.</param>
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

    /// <summary>As without a mark, for calls that say more than a code: the exception has FFmpeg's own last line.</summary>
    /// <param name="code">What the call returned; negative is an error.</param>
    /// <param name="what">What was being done.</param>
    /// <param name="before">Taken just before the call.</param>
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

    /// <summary>Throws where an allocating call gave nothing.</summary>
    /// <exception cref="FFmpegException">The pointer is null; the code says out of memory.</exception>
    [StackTraceHidden]
    public static void ThrowIfNull([NotNull] void* pointer, string what)
    {
        if (pointer is null)
        {
            Throw(what, AVERROR_ENOMEM, null);
        }
    }

    /// <summary>FFmpeg's text for a code.</summary>
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
