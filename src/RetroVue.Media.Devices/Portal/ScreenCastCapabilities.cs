namespace RetroVue.Media.Devices.Portal;

/// <summary>The capabilities of a desktop's portal.</summary>
/// <param name="Version">The version of org.freedesktop.portal.ScreenCast; from 4 on there are restore tokens.</param>
/// <param name="Kinds">The kinds that can be shared.</param>
/// <param name="Cursors">The possible places of the pointer; None if the portal does not report them, before version 2.</param>
public sealed record ScreenCastCapabilities(int Version, ScreenCastKinds Kinds, ScreenCastCursors Cursors)
{
    // The first portal versions with these options.
    internal bool HasCursors => Version >= 2;

    internal bool HasTokens => Version >= 4;
}
