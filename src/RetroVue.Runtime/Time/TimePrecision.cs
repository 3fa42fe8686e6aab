namespace RetroVue.Runtime.Time;

/// <summary>The unit to which a <see cref="MasterClock"/> cuts the times it tells; it truncates, never rounds.</summary>
public enum TimePrecision
{
    /// <summary>Whole seconds.</summary>
    Second,

    /// <summary>Whole milliseconds.</summary>
    Millisecond,

    /// <summary>Whole microseconds.</summary>
    Microsecond,
}
