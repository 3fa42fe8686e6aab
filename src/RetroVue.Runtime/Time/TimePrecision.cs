namespace RetroVue.Runtime.Time;

/// <summary>The unit to which a <see cref="MasterClock"/> cuts its times; it truncates, and never rounds up.</summary>
public enum TimePrecision
{
    /// <summary>Whole seconds.</summary>
    Second,

    /// <summary>Whole milliseconds.</summary>
    Millisecond,

    /// <summary>Whole microseconds.</summary>
    Microsecond,
}
