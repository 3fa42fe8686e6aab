namespace RetroVue.Media.Clocks;

/// <summary>How far a clock's time can be trusted.</summary>
public enum ClockState
{
    /// <summary>Runs, but has not yet agreed with what it follows.</summary>
    Unsynchronised,

    /// <summary>Agrees with what it follows, or follows nothing and is its own authority.</summary>
    Synchronised,

    /// <summary>Lost what it follows and goes on at the last known rate; its uncertainty grows.</summary>
    HoldOver,

    /// <summary>Gives no usable time any more; <see cref="IClock.Now"/> stays where it was or extrapolates.</summary>
    Failed,
}
