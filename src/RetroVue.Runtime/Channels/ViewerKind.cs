namespace RetroVue.Runtime.Channels;

/// <summary>How a viewer takes a channel.</summary>
public enum ViewerKind
{
    /// <summary>One endless transport stream; the viewer leaves when the connection ends.</summary>
    TransportStream,

    /// <summary>Playlists and segments; the viewer leaves by not asking any more.</summary>
    Hls,
}
