using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>Log messages of the web endpoints, with their fixed ids.</summary>
internal static partial class WebLog
{
    [LoggerMessage(1300, LogLevel.Warning, "Channel {Channel} cannot be put on the air")]
    public static partial void JoinFailed(ILogger logger, string channel, Exception error);

    [LoggerMessage(1301, LogLevel.Information, "Channel {Channel}: {Client} reads too slowly and is disconnected")]
    public static partial void Lagged(ILogger logger, string channel, string client);
}
