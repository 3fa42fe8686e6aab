namespace RetroVue.Media.Devices;

/// <summary>
/// A device, or the daemon that stands for it, refused or failed. The message names the device, the cause and the remedy. All exceptions of
/// this package derive from it.
/// </summary>
/// <remarks>
/// One type for ALSA, PipeWire, V4L2 and the desktop's portal, which all tell their errors as errno values (errno(3)).
/// </remarks>
public class DeviceException : MediaException
{
    internal DeviceException(string device, string message, int errorCode = 0, bool isTransient = false)
        : this(device, message, null)
    {
        ErrorCode = errorCode;
        IsTransient = isTransient;
    }

    private protected DeviceException(string device, string message, Exception? inner)
        : base(message, inner) => Device = device;

    /// <summary>The device as it was named when it was opened, such as "hw:0,0" or "/dev/video0"; empty where none was yet.</summary>
    public string Device { get; }

    /// <summary>The errno value, positive; 0 if the failure did not come from the system.</summary>
    public int ErrorCode { get; }

    /// <summary>
    /// True if the same may succeed later with nothing changed: interrupted, in use by somebody else, unplugged while it was in use, no answer in
    /// time, a daemon that is gone. False for a device that is not there when it is opened, that is of another kind or that the user
    /// has no right to, and where the user ended it.
    /// </summary>
    public override bool IsTransient { get; }
}
