namespace RetroVue.Media.Clocks;

/// <summary>What happened to a provider's clock.</summary>
public enum ClockChange
{
    /// <summary><see cref="IClockProvider.ProvideClock"/> now returns a clock it did not return before.</summary>
    Gained,

    /// <summary>The clock is gone.</summary>
    Lost,

    /// <summary>
    /// The clock's <see cref="ClockState"/> changed. A provider that is told of this at once raises it, so that the pipeline looks at
    /// once; without it the pipeline sees the change at its next look, <see cref="Pipelines.PipelineClock.DisciplineInterval"/> later at
    /// most.
    /// </summary>
    Health,
}
