namespace RetroVue.Media.Devices.Portal;

/// <summary>One of the things that the user chose to share, and the PipeWire node that gives its pictures.</summary>
/// <remarks>Goes into <see cref="PipeWire.PipeWireVideoSourceOptions.Screen"/>. Good as long as its session lasts.</remarks>
public sealed class ScreenCastStream
{
    internal ScreenCastStream(ScreenCast session, uint nodeId) => (Session, NodeId) = (session, nodeId);

    /// <summary>The session that it belongs to.</summary>
    public ScreenCast Session { get; }

    /// <summary>The node's id in the daemon.</summary>
    public uint NodeId { get; }

    /// <summary>The node's serial number, which is never used again; null if the portal does not tell it.</summary>
    public ulong? Serial { get; internal init; }

    /// <summary>What is shared; None if the portal does not tell it, which is before version 3.</summary>
    public ScreenCastKinds Kind { get; internal init; }

    /// <summary>Where its left upper corner is on the desktop, in the compositor's units; null if the portal does not tell it.</summary>
    public (int X, int Y)? Position { get; internal init; }

    /// <summary>
    /// Its size on the desktop, in the compositor's units, which a scaled screen's pixels are not; null if the portal does not tell it.
    /// </summary>
    public (int Width, int Height)? Size { get; internal init; }

    /// <summary>How messages name it.</summary>
    internal string Name => $"the shared screen (node {NodeId})";
}
