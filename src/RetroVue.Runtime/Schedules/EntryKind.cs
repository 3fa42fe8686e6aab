namespace RetroVue.Runtime.Schedules;

/// <summary>The kind of an entry.</summary>
public enum EntryKind
{
    /// <summary>A programme, which the guide lists.</summary>
    Programme,

    /// <summary>A file that fills the time between programmes.</summary>
    Filler,

    /// <summary>A fixed picture with the clock and the next title, if nothing else fills the time.</summary>
    Slate,
}
