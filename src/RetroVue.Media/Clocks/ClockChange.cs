namespace RetroVue.Media.Clocks;

/// <summary>What happened to a provider's clock.</summary>
public enum ClockChange
{
    /// <summary><see cref="IClockProvider.ProvideClock"/> now returns a clock it did not return before.</summary>
    Gained,

    /// <summary>The clock is gone.</summary>
    Lost,

    /// <summary>The clock's <see cref="ClockState"/> changed.</summary>
    Health,
}
