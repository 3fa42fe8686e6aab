namespace RetroVue.Runtime.Producers;

/// <summary>How well a producer does.</summary>
public enum ProducerHealth
{
    /// <summary>It produces nothing.</summary>
    Stopped,

    /// <summary>It airs what it was told to.</summary>
    Running,

    /// <summary>It airs a slate in the place of something it could not open or play.</summary>
    Degraded,

    /// <summary>It produces nothing, because something it cannot be without failed.</summary>
    Failed,
}
