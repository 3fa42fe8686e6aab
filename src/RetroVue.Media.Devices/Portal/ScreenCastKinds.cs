namespace RetroVue.Media.Devices.Portal;

/// <summary>The parts of a desktop that can be shared. Source: org.freedesktop.portal.ScreenCast, AvailableSourceTypes.</summary>
[Flags]
public enum ScreenCastKinds
{
    /// <summary>None, or not specified.</summary>
    None = 0,

    /// <summary>A whole screen.</summary>
    Monitor = 1,

    /// <summary>One program's window.</summary>
    Window = 2,

    /// <summary>A virtual screen that is made for this purpose and is not visible elsewhere.</summary>
    Virtual = 4,
}
