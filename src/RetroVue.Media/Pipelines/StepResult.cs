using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>The result of a step: when the next step is due.</summary>
public readonly record struct StepResult
{
    private StepResult(StepState state, IClock? clock, ClockTime deadline) => (State, Clock, Deadline) = (state, clock, deadline);

    /// <summary>There is more work now.</summary>
    public static StepResult Again => new(StepState.Ready, null, ClockTime.None);

    /// <summary>No work until <see cref="StepTask.Wake"/>, or until a full link has room.</summary>
    public static StepResult Idle => new(StepState.Idle, null, ClockTime.None);

    /// <summary>The task has ended.</summary>
    public static StepResult Finished => new(StepState.Finished, null, ClockTime.None);

    /// <summary>The state of the task after the step.</summary>
    public StepState State { get; }

    /// <summary>The clock of <see cref="Deadline"/>; null unless waiting.</summary>
    public IClock? Clock { get; }

    /// <summary>When the next step is due, on <see cref="Clock"/>'s line; None unless waiting.</summary>
    public ClockTime Deadline { get; }

    /// <summary>No work until <paramref name="clock"/> reads <paramref name="deadline"/>, or until woken.</summary>
    /// <exception cref="ArgumentException"><paramref name="deadline"/> is None.</exception>
    public static StepResult At(IClock clock, ClockTime deadline)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return deadline.IsNone
            ? throw new ArgumentException("A deadline cannot be None.", nameof(deadline))
            : new StepResult(StepState.Waiting, clock, deadline);
    }
}
