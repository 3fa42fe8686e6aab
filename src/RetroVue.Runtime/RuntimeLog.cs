using Microsoft.Extensions.Logging;
using RetroVue.Media.Time;

namespace RetroVue.Runtime;

/// <summary>Log messages of channels and producers, with their fixed ids.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(1100, LogLevel.Warning, "{Producer}: '{Title}' ({File}) cannot be opened; a slate takes its place until its end")]
    public static partial void ItemFailed(ILogger logger, string producer, string title, string file, Exception error);

    [LoggerMessage(1101, LogLevel.Warning, "{Producer}: '{Title}' ({File}) is over before its time; a slate takes its place until its end")]
    public static partial void ItemEndedEarly(ILogger logger, string producer, string title, string file, Exception? error);

    [LoggerMessage(1102, LogLevel.Information, "Channel {Channel} is on the air with '{Title}'")]
    public static partial void OnAir(ILogger logger, string channel, string title);

    [LoggerMessage(1103, LogLevel.Information, "Channel {Channel} is off the air")]
    public static partial void OffAir(ILogger logger, string channel);

    [LoggerMessage(1104, LogLevel.Error, "Channel {Channel}: something that runs beside it failed")]
    public static partial void Unexpected(ILogger logger, string channel, Exception error);

    [LoggerMessage(1105, LogLevel.Error, "Channel {Channel} failed and goes off the air; the next viewer starts it again")]
    public static partial void ChannelFailed(ILogger logger, string channel, Exception error);

    [LoggerMessage(1106, LogLevel.Error, "Channel {Channel}: the schedule does not say what comes; it is asked again in a second")]
    public static partial void NoPlan(ILogger logger, string channel, Exception error);

    [LoggerMessage(1107, LogLevel.Warning, "{Producer}: the slate in the place of '{Title}' failed as well; there is no picture until its end")]
    public static partial void SlateFailed(ILogger logger, string producer, string title, Exception? error);

    [LoggerMessage(1110, LogLevel.Warning, "Channel {Channel}: {Problem}")]
    public static partial void FileUnusable(ILogger logger, string channel, string problem);

    [LoggerMessage(1111, LogLevel.Error, "Channel {Channel} is copied, but '{File}' {Reason}; a slate takes its place")]
    public static partial void FileDoesNotFit(ILogger logger, string channel, string file, string reason);

    [LoggerMessage(1120, LogLevel.Warning, "Channel {Channel}: '{File}' lasts {Duration}, less than the {Least} ms that an item airs for at least; it is left out")]
    public static partial void FileTooShort(ILogger logger, string channel, string file, ClockTime duration, double least);

    [LoggerMessage(1112, LogLevel.Debug, "Channel {Channel} has no still: {Problem}")]
    public static partial void NoStill(ILogger logger, string channel, string problem);

    [LoggerMessage(1109, LogLevel.Warning, "Channel {Channel}: {Packets} packets came after their time and were not aired; this machine or its disk does not keep up")]
    public static partial void CannotKeepUp(ILogger logger, string channel, long packets);
}
