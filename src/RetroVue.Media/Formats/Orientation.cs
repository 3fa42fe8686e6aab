namespace RetroVue.Media.Formats;

/// <summary>What must be done to a picture as it is stored to show it upright.</summary>
public enum Orientation
{
    /// <summary>Nothing.</summary>
    Upright,

    /// <summary>A quarter turn clockwise.</summary>
    TurnRight,

    /// <summary>Half a turn.</summary>
    TurnOver,

    /// <summary>A quarter turn anticlockwise.</summary>
    TurnLeft,

    /// <summary>Left and right change places.</summary>
    FlipSideways,

    /// <summary>Top and bottom change places.</summary>
    FlipUpsideDown,

    /// <summary>Lines become columns: the corners at the top left and the bottom right stay.</summary>
    Transpose,

    /// <summary>Lines become columns: the corners at the top right and the bottom left stay.</summary>
    Transverse,
}
