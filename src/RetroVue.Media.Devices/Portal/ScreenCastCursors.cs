namespace RetroVue.Media.Devices.Portal;

/// <summary>Where the pointer goes. Source: org.freedesktop.portal.ScreenCast, AvailableCursorModes.</summary>
[Flags]
public enum ScreenCastCursors
{
    /// <summary>Nothing is said of it.</summary>
    None = 0,

    /// <summary>It is left out.</summary>
    Hidden = 1,

    /// <summary>It is part of the picture.</summary>
    Embedded = 2,

    /// <summary>It comes beside the picture; the sources of this library do not read it, and give pictures without a pointer.</summary>
    Metadata = 4,
}
