using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>Every log message of this package, by its fixed id: 1300 to 1399.</summary>
internal static partial class WebLog
{
    [LoggerMessage(1300, LogLevel.Warning, "Channel {Channel} cannot be put on the air")]
    public static partial void JoinFailed(ILogger logger, string channel, Exception error);

    [LoggerMessage(1301, LogLevel.Information, "Channel {Channel}: {Client} reads too slowly and is disconnected")]
    public static partial void Lagged(ILogger logger, string channel, string client);

    [LoggerMessage(1302, LogLevel.Warning, "The station could not close all its files within the host's shutdown limit (HostOptions.ShutdownTimeout). A disk does not answer, or another service of the app took that long to stop")]
    public static partial void NotEnded(ILogger logger);

    [LoggerMessage(1310, LogLevel.Information, "Channel {Channel}: {Client} has read nothing for {Seconds} s and is disconnected")]
    public static partial void Silent(ILogger logger, string channel, string client, double seconds);

    [LoggerMessage(1311, LogLevel.Warning, "All {Limit} connections are in use: further requests get status 503 (RetroVueOptions.MaxConnections)")]
    public static partial void ConnectionsTaken(ILogger logger, int limit);
}
