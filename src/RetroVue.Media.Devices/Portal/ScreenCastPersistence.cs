namespace RetroVue.Media.Devices.Portal;

/// <summary>
/// How long what the user allowed is to hold. Source: org.freedesktop.portal.ScreenCast, SelectSources, persist_mode (version 4).
/// </summary>
public enum ScreenCastPersistence
{
    /// <summary>For this once: there is no token.</summary>
    None = 0,

    /// <summary>While the program runs.</summary>
    Application = 1,

    /// <summary>Until the user takes it back.</summary>
    UntilRevoked = 2,
}
