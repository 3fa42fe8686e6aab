using Microsoft.Extensions.Logging;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Every log message of this package, by its fixed id: 2000 to 2099. A message of FFmpeg's own log keeps FFmpeg's level.</summary>
internal static partial class FFmpegMessages
{
    [LoggerMessage(2000, LogLevel.Information, "FFmpeg {Version} from {Folder}: {Libraries}")]
    public static partial void LibrariesFound(ILogger logger, string version, string folder, string libraries);

    [LoggerMessage(EventId = 2001, Message = "{Component}: {Text}")]
    public static partial void Line(ILogger logger, LogLevel level, string component, string text);

    [LoggerMessage(2002, LogLevel.Warning, "FFmpeg logged too many lines at once; {Count} of them are lost")]
    public static partial void Lost(ILogger logger, long count);

    [LoggerMessage(EventId = 2003, Message = "{Component}: {Count} more like \"{Text}\"")]
    public static partial void Repeated(ILogger logger, LogLevel level, string component, long count, string text);
}
