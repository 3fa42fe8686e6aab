namespace RetroVue.Media.Devices;

/// <summary>A device, or the daemon that stands for it, refused or failed. The message names the device, the cause and the remedy.</summary>
/// <remarks>
/// One type for ALSA, PipeWire and V4L2, which all tell their errors as errno values (errno(3)). <see cref="IsTransient"/> says whether
/// the same call may succeed later with nothing changed.
/// </remarks>
public sealed class DeviceException : Exception
{
    internal DeviceException(string device, string message, int errorCode = 0, bool isTransient = false)
        : base(message)
    {
        Device = device;
        ErrorCode = errorCode;
        IsTransient = isTransient;
    }

    /// <summary>The device as it was named when it was opened, such as "hw:0,0" or "/dev/video0".</summary>
    public string Device { get; }

    /// <summary>The errno value, positive; 0 where the failure was not a system's.</summary>
    public int ErrorCode { get; }

    /// <summary>True if the same call may succeed later with nothing changed: interrupted, or in use by somebody else.</summary>
    public bool IsTransient { get; }
}
