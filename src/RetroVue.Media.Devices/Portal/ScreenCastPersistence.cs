namespace RetroVue.Media.Devices.Portal;

/// <summary>
/// How long the user's permission is stored. Source: org.freedesktop.portal.ScreenCast, SelectSources, persist_mode (version 4).
/// </summary>
public enum ScreenCastPersistence
{
    /// <summary>Not at all: there is no token.</summary>
    None = 0,

    /// <summary>While the program runs.</summary>
    Application = 1,

    /// <summary>Until the user revokes it.</summary>
    UntilRevoked = 2,
}
