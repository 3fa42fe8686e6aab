namespace RetroVue.Media.Clocks;

/// <summary>Tells what happened to a provider's clock.</summary>
/// <param name="change">What happened.</param>
public sealed class ClockChangedEventArgs(ClockChange change) : EventArgs
{
    /// <summary>What happened.</summary>
    public ClockChange Change { get; } = change;
}
