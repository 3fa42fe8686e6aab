namespace RetroVue.Media.Devices;

/// <summary>A native library that a device needs is missing. The message names the package, or the command that builds it. It is not transient.</summary>
public sealed class DeviceLibraryException : DeviceException
{
    internal DeviceLibraryException(string message, Exception? inner = null)
        : base("", message, inner)
    {
    }
}
