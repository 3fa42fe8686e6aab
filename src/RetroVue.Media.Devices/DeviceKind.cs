namespace RetroVue.Media.Devices;

/// <summary>What a device does.</summary>
public enum DeviceKind
{
    /// <summary>Records sound.</summary>
    AudioSource,

    /// <summary>Plays sound.</summary>
    AudioSink,

    /// <summary>Records pictures.</summary>
    VideoSource,
}
