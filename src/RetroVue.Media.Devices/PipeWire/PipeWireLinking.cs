namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Who connects a stream with its target in PipeWire's graph.</summary>
public enum PipeWireLinking
{
    /// <summary>The session manager where one runs (WirePlumber), else the stream itself.</summary>
    Automatic,

    /// <summary>The session manager: its policy decides, and the user can move the stream.</summary>
    SessionManager,

    /// <summary>The stream itself, whatever a session manager thinks of it.</summary>
    Direct,
}
