namespace RetroVue.Media.Devices.Portal;

/// <summary>What of a desktop can be shared. Source: org.freedesktop.portal.ScreenCast, AvailableSourceTypes.</summary>
[Flags]
public enum ScreenCastKinds
{
    /// <summary>Nothing, or nothing is said of it.</summary>
    None = 0,

    /// <summary>A whole screen.</summary>
    Monitor = 1,

    /// <summary>One program's window.</summary>
    Window = 2,

    /// <summary>A screen that is made for the purpose and that nobody sees otherwise.</summary>
    Virtual = 4,
}
