namespace RetroVue.Runtime.Events;

/// <summary>What an event says: that something happened, or that something is wanted. Source: document 002, section 8.</summary>
public enum EventKind
{
    /// <summary>Something happened ("evt").</summary>
    Event,

    /// <summary>Somebody wants something ("cmd").</summary>
    Command,
}
