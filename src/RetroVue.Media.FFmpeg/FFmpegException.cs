using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg;

/// <summary>
/// An error of a call into FFmpeg, or of a task that needs FFmpeg; derived types name such tasks. All exceptions of this package derive
/// from it.
/// </summary>
public class FFmpegException : MediaException
{
    internal FFmpegException(string what, int code, string? lastLine)
        : this(what, code, lastLine, FFmpegErrors.Describe(code))
    {
    }

    /// <summary>
    /// Makes an exception for a failure of several calls or of none; it has the code and the last line of the call that caused it.
    /// </summary>
    private protected FFmpegException(string message, Exception? cause)
        : base(message, cause)
    {
        if (cause is FFmpegException call)
        {
            (ErrorCode, ErrorText, LastLine) = (call.ErrorCode, call.ErrorText, call.LastLine);
        }
    }

    private FFmpegException(string what, int code, string? lastLine, string text)
        : base(lastLine is null ? $"{what}: {text} ({code})" : $"{what}: {text} ({code}). FFmpeg says: {lastLine}")
    {
        ErrorCode = code;
        ErrorText = text;
        LastLine = lastLine;
    }

    /// <summary>The native code, negative: an errno value negated, or a tag of libavutil/error.h. 0 if no call failed.</summary>
    public int ErrorCode { get; }

    /// <summary>FFmpeg's own text for the code (av_strerror); null if no call failed.</summary>
    public string? ErrorText { get; }

    /// <summary>
    /// The last error that FFmpeg logged during the call. It often is the cause, where the code's text only gives the kind of error: "moov
    /// atom not found" for "Invalid data found when processing input". Null if FFmpeg logged none on the calling thread, or if the library
    /// that receives its log is missing (see <see cref="FFmpegLibrary.LogTo"/>).
    /// </summary>
    public string? LastLine { get; }

    /// <summary>
    /// True if the same call may succeed later without a change: it was interrupted, a resource was busy, or the network, its far end or a disk
    /// did not answer. False for media that is damaged, missing or of an unknown kind, and for tasks that these libraries cannot do.
    /// </summary>
    public override bool IsTransient => base.IsTransient || ErrorCode is AVERROR_EAGAIN or AVERROR_EINTR or AVERROR_EBUSY or AVERROR_ETIMEDOUT
        or AVERROR_ECONNREFUSED or AVERROR_ECONNRESET or AVERROR_ECONNABORTED or AVERROR_EHOSTUNREACH or AVERROR_ENETUNREACH
        or AVERROR_EPIPE or AVERROR_HTTP_SERVER_ERROR;
}
