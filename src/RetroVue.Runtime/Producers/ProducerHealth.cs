namespace RetroVue.Runtime.Producers;

/// <summary>The health of a producer.</summary>
public enum ProducerHealth
{
    /// <summary>It produces nothing.</summary>
    Stopped,

    /// <summary>It airs its plan.</summary>
    Running,

    /// <summary>It airs a slate, because it could not open or play an item.</summary>
    Degraded,

    /// <summary>It produces nothing, because an essential part failed.</summary>
    Failed,
}
