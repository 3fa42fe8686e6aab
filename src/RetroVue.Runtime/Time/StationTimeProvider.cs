using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Time;

/// <summary>
/// Station time as .NET's <see cref="TimeProvider"/>; its local time zone is UTC, because each channel has a zone of its own.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StationTimeProvider(MasterClock clock, Executor executor, ILogger logger) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => NodaConstants.NanosecondsPerSecond;

    public override DateTimeOffset GetUtcNow() => clock.UtcNow.ToDateTimeOffset();

    public override long GetTimestamp() => clock.AsClock().Now.Nanoseconds;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new StationTimer(clock.AsClock(), executor, () => callback(state), logger, dueTime, period);
    }
}
