namespace RetroVue.Media.Devices;

/// <summary>The kind of a device.</summary>
public enum DeviceKind
{
    /// <summary>Records sound.</summary>
    AudioSource,

    /// <summary>Plays sound.</summary>
    AudioSink,

    /// <summary>Records pictures.</summary>
    VideoSource,
}
