namespace RetroVue.Media.Devices.Portal;

/// <summary>A screen or window that the user shares, and the PipeWire node with its pictures.</summary>
/// <remarks>Set <see cref="PipeWire.PipeWireVideoSourceOptions.Screen"/> to it. Valid while its session lasts.</remarks>
public sealed class ScreenCastStream
{
    internal ScreenCastStream(ScreenCast session, uint nodeId) => (Session, NodeId) = (session, nodeId);

    /// <summary>The session of the stream.</summary>
    public ScreenCast Session { get; }

    /// <summary>The node's id in the daemon.</summary>
    public uint NodeId { get; }

    /// <summary>The node's serial number, which is never reused; null if the portal does not report it.</summary>
    public ulong? Serial { get; internal init; }

    /// <summary>The kind; None if the portal does not report it, before version 3.</summary>
    public ScreenCastKinds Kind { get; internal init; }

    /// <summary>
    /// The position of its upper left corner on the desktop, in the compositor's units; null if the portal does not report it.
    /// </summary>
    public (int X, int Y)? Position { get; internal init; }

    /// <summary>
    /// Its size on the desktop, in the compositor's units, which differ from pixels on a scaled screen; null if the portal does not report
    /// it.
    /// </summary>
    public (int Width, int Height)? Size { get; internal init; }

    /// <summary>Its name in messages.</summary>
    internal string Name => $"the shared screen (node {NodeId})";
}
