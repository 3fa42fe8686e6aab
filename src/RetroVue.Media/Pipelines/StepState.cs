namespace RetroVue.Media.Pipelines;

/// <summary>What a <see cref="StepTask"/> does next.</summary>
public enum StepState
{
    /// <summary>Nothing until woken.</summary>
    Idle,

    /// <summary>Its next step, as soon as its turn comes.</summary>
    Ready,

    /// <summary>Its next step at a deadline, or when woken.</summary>
    Waiting,

    /// <summary>Nothing ever again.</summary>
    Finished,
}
