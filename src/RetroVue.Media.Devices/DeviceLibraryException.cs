namespace RetroVue.Media.Devices;

/// <summary>A native library that a device needs is missing. The message names the package, or the command that builds it.</summary>
public sealed class DeviceLibraryException : Exception
{
    internal DeviceLibraryException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
