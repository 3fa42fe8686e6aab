namespace RetroVue.Media.Clocks;

/// <summary>An object, usually an element, that can offer a clock as the reference of a pipeline.</summary>
public interface IClockProvider
{
    /// <summary>
    /// Raised, on any thread, when the clock is gained or lost, and when its state changes, if the provider knows of that. Handlers must be
    /// quick.
    /// </summary>
    event EventHandler<ClockChangedEventArgs>? ClockChanged;

    /// <summary>The priority of the clock; see <see cref="ClockPriorities"/>. It never changes.</summary>
    int ClockPriority { get; }

    /// <summary>Returns the clock, or null if there is none at the moment.</summary>
    IClock? ProvideClock();
}
