using NodaTime;

namespace RetroVue.Runtime.Storage;

/// <summary>How long a station keeps what it writes; null for ever. Immutable.</summary>
public sealed record RetentionPeriods
{
    /// <summary>Events, from the time when they happened; by default 90 days.</summary>
    public Duration? Events { get; init; } = Duration.FromDays(90);

    /// <summary>The as-run, from an airing's end; by default for ever.</summary>
    public Duration? AsRun { get; init; }

    /// <summary>Viewers' sessions, from a session's end; by default 90 days.</summary>
    public Duration? ViewerSessions { get; init; } = Duration.FromDays(90);

    /// <summary>Schedules, from an entry's end; by default 31 days.</summary>
    public Duration? Schedules { get; init; } = Duration.FromDays(31);
}
