namespace RetroVue.Media.Clocks;

/// <summary>A change of a provider's clock.</summary>
public enum ClockChange
{
    /// <summary><see cref="IClockProvider.ProvideClock"/> now returns a clock that it did not return before.</summary>
    Gained,

    /// <summary>The clock is gone.</summary>
    Lost,

    /// <summary>
    /// The clock's <see cref="ClockState"/> changed. A provider that knows this at once raises it, so that the pipeline looks at once.
    /// Otherwise the pipeline sees the change at its next look, at most <see cref="Pipelines.PipelineClock.DisciplineInterval"/> later.
    /// </summary>
    Health,
}
