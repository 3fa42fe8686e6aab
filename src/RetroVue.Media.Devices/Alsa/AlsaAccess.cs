namespace RetroVue.Media.Devices.Alsa;

/// <summary>How samples are transferred between the program and a sound device.</summary>
public enum AlsaAccess
{
    /// <summary>By read and write, which every device and plugin supports.</summary>
    ReadWrite,

    /// <summary>Through memory that is shared with the device.</summary>
    Mmap,
}
