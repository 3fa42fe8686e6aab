namespace RetroVue.Media.Pipelines;

/// <summary>The state of a <see cref="StepTask"/> after a step.</summary>
public enum StepState
{
    /// <summary>It does nothing until it is woken.</summary>
    Idle,

    /// <summary>It runs its next step as soon as possible.</summary>
    Ready,

    /// <summary>It runs its next step at a deadline, or when it is woken.</summary>
    Waiting,

    /// <summary>It has ended.</summary>
    Finished,
}
