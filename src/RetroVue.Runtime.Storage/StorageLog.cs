using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.Storage;

/// <summary>Every log message of this package, by its fixed id: 2000 to 2099 PostgreSQL, 2100 to 2199 the rest.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(2100, LogLevel.Information, "The tables of {Database} are brought from version {From} to version {To}")]
    public static partial void Migrating(ILogger logger, string database, long from, long to);

    [LoggerMessage(2101, LogLevel.Warning, "The log in '{File}' cannot be looked at; whoever waits for events goes on waiting")]
    public static partial void WaitDisturbed(ILogger logger, string file, Exception error);

    [LoggerMessage(2102, LogLevel.Warning, "The commits of other processes to '{File}' cannot be seen; the look is repeated")]
    public static partial void WatchDisturbed(ILogger logger, string file, Exception error);

    [LoggerMessage(2103, LogLevel.Information, "{Count} events before {Before} were deleted from {Database}")]
    public static partial void Purged(ILogger logger, long count, NodaTime.Instant before, string database);
}
