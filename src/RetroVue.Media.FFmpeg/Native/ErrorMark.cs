using static RetroVue.Media.FFmpeg.Interop.Log.LogBridge;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>A mark before a call into FFmpeg, which distinguishes the errors of the call from older ones.</summary>
/// <remarks>
/// Made and read on the calling thread. Making it reads one number of the library that receives FFmpeg's log
/// (native/include/retrovue_ffmpeg.h), which changes only if lines are logged; without that library no errors are known.
/// </remarks>
internal readonly unsafe struct ErrorMark
{
    private static readonly long* s_begun = FFmpegLog.IsReceived ? rv_ff_lines_begun() : null;

    private readonly long _begun;

    private ErrorMark(long begun) => _begun = begun;

    /// <summary>Returns a mark for the present moment.</summary>
    public static ErrorMark Now => s_begun is null ? default : new ErrorMark(Volatile.Read(ref *s_begun));

    /// <summary>
    /// The last line since then that FFmpeg logged on this thread as an error or worse; null if there was none. Lines from a codec's own
    /// threads are not included.
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
