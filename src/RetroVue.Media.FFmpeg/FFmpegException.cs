using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg;

/// <summary>A call into FFmpeg failed.</summary>
public sealed class FFmpegException : Exception
{
    internal FFmpegException(string what, int code, string? lastLine)
        : this(what, code, lastLine, FFmpegErrors.Describe(code))
    {
    }

    private FFmpegException(string what, int code, string? lastLine, string text)
        : base(lastLine is null ? $"{what}: {text} ({code})" : $"{what}: {text} ({code}). FFmpeg says: {lastLine}")
    {
        ErrorCode = code;
        ErrorText = text;
        LastLine = lastLine;
    }

    /// <summary>The native code, negative: an errno value negated, or a tag of libavutil/error.h.</summary>
    public int ErrorCode { get; }

    /// <summary>FFmpeg's own text for the code (av_strerror).</summary>
    public string ErrorText { get; }

    /// <summary>
    /// The last error that FFmpeg logged during the call, often the cause where the code's text is only its kind: "moov atom not found"
    /// of "Invalid data found when processing input". Null if it logged none on the calling thread, or where the library that receives
    /// its log is missing (see <see cref="FFmpegLibrary.LogTo"/>).
    /// </summary>
    public string? LastLine { get; }

    /// <summary>
    /// True if the same call may succeed later with nothing changed: interrupted, busy, or the network or its far end did not answer.
    /// </summary>
    public bool IsTransient => ErrorCode is AVERROR_EAGAIN or AVERROR_EINTR or AVERROR_EBUSY or AVERROR_ETIMEDOUT
        or AVERROR_ECONNREFUSED or AVERROR_ECONNRESET or AVERROR_ECONNABORTED or AVERROR_EHOSTUNREACH or AVERROR_ENETUNREACH
        or AVERROR_EPIPE or AVERROR_HTTP_SERVER_ERROR;
}
