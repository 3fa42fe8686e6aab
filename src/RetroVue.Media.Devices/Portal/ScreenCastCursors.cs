namespace RetroVue.Media.Devices.Portal;

/// <summary>The place of the pointer. Source: org.freedesktop.portal.ScreenCast, AvailableCursorModes.</summary>
[Flags]
public enum ScreenCastCursors
{
    /// <summary>Not specified.</summary>
    None = 0,

    /// <summary>The pointer is not shared.</summary>
    Hidden = 1,

    /// <summary>The pointer is part of the picture.</summary>
    Embedded = 2,

    /// <summary>The pointer is sent separately; this library's sources do not read it and give pictures without a pointer.</summary>
    Metadata = 4,
}
