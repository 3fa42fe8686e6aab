namespace RetroVue.Media.Devices.Alsa;

/// <summary>The way samples take between the program and a sound device.</summary>
public enum AlsaAccess
{
    /// <summary>Read and write: what every device and plugin can.</summary>
    ReadWrite,

    /// <summary>Through memory that is shared with the device.</summary>
    Mmap,
}
