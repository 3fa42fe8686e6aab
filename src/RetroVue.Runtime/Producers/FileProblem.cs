using RetroVue.Media.FFmpeg;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Producers;

/// <summary>Distinguishes problems of a file, which a one-line message explains, from faults of the program.</summary>
internal static class FileProblem
{
    /// <summary>Returns the exception, for the log, if a file or a disk cannot have caused it; otherwise null.</summary>
    public static Exception? IfUnexpected(Exception? exception) =>
        (exception is ElementException { InnerException: { } inner } ? inner : exception) is FFmpegException or StalledFileException or InvalidDataException or IOException or UnauthorizedAccessException ? null : exception;
}
