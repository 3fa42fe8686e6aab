namespace RetroVue.Runtime.Schedules;

/// <summary>What a stretch of air time is for.</summary>
public enum SegmentKind
{
    /// <summary>A programme: what the guide lists.</summary>
    Programme,

    /// <summary>A file that fills the time between programmes.</summary>
    Filler,

    /// <summary>A still with the clock and what comes next, where nothing else fills the time.</summary>
    Slate,
}
