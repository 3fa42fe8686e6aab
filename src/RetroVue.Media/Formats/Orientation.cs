namespace RetroVue.Media.Formats;

/// <summary>The operation that turns a stored picture upright.</summary>
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

    /// <summary>Left and right are exchanged.</summary>
    FlipSideways,

    /// <summary>Top and bottom are exchanged.</summary>
    FlipUpsideDown,

    /// <summary>Lines become columns: the corners at the top left and the bottom right stay.</summary>
    Transpose,

    /// <summary>Lines become columns: the corners at the top right and the bottom left stay.</summary>
    Transverse,
}
