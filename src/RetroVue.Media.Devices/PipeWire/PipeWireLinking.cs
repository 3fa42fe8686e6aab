namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Decides which program links a stream to its target in PipeWire's graph.</summary>
public enum PipeWireLinking
{
    /// <summary>The session manager if one runs (WirePlumber); otherwise the stream itself.</summary>
    Automatic,

    /// <summary>The session manager: its policy decides, and the user can move the stream.</summary>
    SessionManager,

    /// <summary>The stream itself, independent of a session manager.</summary>
    Direct,
}
