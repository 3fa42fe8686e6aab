using RetroVue.Media.FFmpeg;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Producers;

/// <summary>Tells what is wrong with a file, which its message says in one line, from what is wrong with the program.</summary>
internal static class FileProblem
{
    /// <summary>The exception, for the log, where it is none that a file or a disk causes; else null.</summary>
    public static Exception? IfUnexpected(Exception? exception) =>
        (exception is ElementException { InnerException: { } inner } ? inner : exception) is FFmpegException or StalledFileException or InvalidDataException or IOException or UnauthorizedAccessException ? null : exception;
}
