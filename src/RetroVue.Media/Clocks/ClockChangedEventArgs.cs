namespace RetroVue.Media.Clocks;

/// <summary>The data of <see cref="IClockProvider.ClockChanged"/>.</summary>
/// <param name="change">The change.</param>
public sealed class ClockChangedEventArgs(ClockChange change) : EventArgs
{
    /// <summary>The change.</summary>
    public ClockChange Change { get; } = change;
}
