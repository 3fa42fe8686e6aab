namespace RetroVue.Media.Clocks;

/// <summary>Whether a clock's time can be trusted.</summary>
public enum ClockState
{
    /// <summary>The clock runs, but does not agree with its reference yet.</summary>
    Unsynchronised,

    /// <summary>The clock agrees with its reference, or has none and needs none.</summary>
    Synchronised,

    /// <summary>The clock has lost its reference and goes on at the last known rate; its uncertainty grows.</summary>
    HoldOver,

    /// <summary>The clock gives no usable time any more; <see cref="IClock.Now"/> stands still or extrapolates.</summary>
    Failed,
}
