namespace RetroVue.Runtime.Producers;

/// <summary>The state of a producer.</summary>
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
