using Microsoft.Extensions.Logging;
using NodaTime;

namespace RetroVue.Runtime.Time;

/// <summary>Every log message of station time, with its fixed id.</summary>
internal static partial class TimeLog
{
    [LoggerMessage(1000, LogLevel.Warning, "The event {Id} was due at {Before} and is replaced by one due at {At}")]
    public static partial void EventReplaced(ILogger logger, string id, Instant before, Instant at);

    [LoggerMessage(1001, LogLevel.Warning, "Station time is stepped forward by {Step}")]
    public static partial void SteppedForward(ILogger logger, Duration step);

    [LoggerMessage(1002, LogLevel.Error, "The callback of a timer on station time failed; the timer goes on")]
    public static partial void TimerFailed(ILogger logger, Exception error);

    [LoggerMessage(
        1003,
        LogLevel.Warning,
        "The machine's civil time was stepped to {CivilTime}: station time is {Difference} {Side} it and goes on as before, shown as unsynchronised; restart the station to follow")]
    public static partial void CivilTimeDiffers(ILogger logger, Duration difference, string side, Instant civilTime);

    [LoggerMessage(1004, LogLevel.Information, "The machine's civil time agrees with station time again")]
    public static partial void CivilTimeAgrees(ILogger logger);
}
