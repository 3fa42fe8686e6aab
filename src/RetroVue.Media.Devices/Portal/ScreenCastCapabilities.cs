namespace RetroVue.Media.Devices.Portal;

/// <summary>What a desktop's portal can share.</summary>
/// <param name="Version">Of org.freedesktop.portal.ScreenCast: from 4 on there are restore tokens.</param>
/// <param name="Kinds">What can be shared.</param>
/// <param name="Cursors">Where the pointer can go; none where the portal does not say, which is before version 2.</param>
public sealed record ScreenCastCapabilities(int Version, ScreenCastKinds Kinds, ScreenCastCursors Cursors)
{
    // From these versions on the portal knows the options.
    internal bool HasCursors => Version >= 2;

    internal bool HasTokens => Version >= 4;
}
