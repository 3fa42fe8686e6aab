namespace RetroVue.Media.Devices;

/// <summary>The system interface of a device.</summary>
public enum DeviceApi
{
    /// <summary>The kernel's sound devices and alsa-lib's plugins.</summary>
    Alsa,

    /// <summary>Video for Linux, version 2.</summary>
    V4l2,

    /// <summary>Nodes of the PipeWire daemon.</summary>
    PipeWire,
}
