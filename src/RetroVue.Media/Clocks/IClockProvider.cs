namespace RetroVue.Media.Clocks;

/// <summary>Something, most often a pipeline element, that can offer a clock to be elected as a pipeline's reference.</summary>
public interface IClockProvider
{
    /// <summary>
    /// Raised, on any thread, when the clock is gained or lost, and when its health changes if the provider is told of that; handlers
    /// must be quick.
    /// </summary>
    event EventHandler<ClockChangedEventArgs>? ClockChanged;

    /// <summary>How much the clock is preferred; see <see cref="ClockPriorities"/>. Constant over the provider's life.</summary>
    int ClockPriority { get; }

    /// <summary>The clock, or null while there is none.</summary>
    IClock? ProvideClock();
}
