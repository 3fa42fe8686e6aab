namespace RetroVue.Runtime.Storage;

/// <summary>How much a purge has deleted.</summary>
/// <param name="Events">Events.</param>
/// <param name="Airings">Airings of the as-run.</param>
/// <param name="ViewerSessions">Viewers' sessions.</param>
/// <param name="ScheduleEntries">Entries of schedules.</param>
public sealed record PurgeResult(long Events, long Airings, long ViewerSessions, long ScheduleEntries);
