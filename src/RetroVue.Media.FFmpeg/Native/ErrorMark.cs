using static RetroVue.Media.FFmpeg.Interop.Log.LogBridge;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>A moment before a call into FFmpeg, by which the errors that the call itself reports are known from older ones.</summary>
/// <remarks>
/// Taken and asked on the thread that calls. Taking it reads one number of the library that receives FFmpeg's log
/// (native/include/retrovue_ffmpeg.h), which counts lines only when there are any; without that library nothing is ever known.
/// </remarks>
internal readonly unsafe struct ErrorMark
{
    private static readonly long* s_begun = FFmpegLog.IsReceived ? rv_ff_lines_begun() : null;

    private readonly long _begun;

    private ErrorMark(long begun) => _begun = begun;

    /// <summary>This moment.</summary>
    public static ErrorMark Now => s_begun is null ? default : new ErrorMark(Volatile.Read(ref *s_begun));

    /// <summary>
    /// The last line that FFmpeg logged since, on this thread, as an error or worse; null if there was none. What threads of a codec's
    /// own said is not in it.
    /// </summary>
    public string? LastLine
    {
        get
        {
            var line = s_begun is null ? null : rv_ff_last_error(_begun);
            return line is null ? null : Secrets.Hide(NativeText.Read(line->text)!);
        }
    }
}
