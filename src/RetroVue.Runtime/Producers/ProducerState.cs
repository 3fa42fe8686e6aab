namespace RetroVue.Runtime.Producers;

/// <summary>Where a producer is in its life.</summary>
public enum ProducerState
{
    /// <summary>Off the air.</summary>
    Stopped,

    /// <summary>Opening its first item.</summary>
    Starting,

    /// <summary>On the air.</summary>
    Running,

    /// <summary>Going off the air.</summary>
    Stopping,

    /// <summary>Off the air because it failed.</summary>
    Error,
}
