using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.Storage;

/// <summary>Every log message of this package, by its fixed id: 2100 to 2199, and 2200 to 2299 of PostgreSQL.</summary>
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

    [LoggerMessage(2104, LogLevel.Warning, "The database is away, so the station runs without it until it answers. {Problem}")]
    public static partial void NotOpen(ILogger logger, string problem);

    [LoggerMessage(2105, LogLevel.Information, "{Database} answers now, and is used from now on")]
    public static partial void OpenedLate(ILogger logger, string database);

    [LoggerMessage(2106, LogLevel.Warning, "Old rows were not deleted from {Database}; it is tried again tomorrow")]
    public static partial void NotPurged(ILogger logger, string database, Exception error);

    [LoggerMessage(2107, LogLevel.Warning, "This process has no spool: while the database is away, its events wait in memory. {Problem}")]
    public static partial void SpoolTaken(ILogger logger, string problem);

    [LoggerMessage(2200, LogLevel.Warning, "The events' order cannot be continued, because {Database} does not answer. It is tried again until it answers. {Problem}")]
    public static partial void OutboxAway(ILogger logger, string database, string problem);

    [LoggerMessage(2201, LogLevel.Information, "The events' order is continued: {Database} answers again")]
    public static partial void OutboxBack(ILogger logger, string database);

    [LoggerMessage(2202, LogLevel.Warning, "{Database} does not notify of new events, so it is asked for them ten times a second. {Problem}")]
    public static partial void NotListening(ILogger logger, string database, string problem);

    [LoggerMessage(2203, LogLevel.Information, "{Database} notifies of new events again")]
    public static partial void Listening(ILogger logger, string database);
}
