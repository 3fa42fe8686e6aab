namespace RetroVue.Media.Devices;

/// <summary>
/// A device, or the daemon that stands for it, refused or failed. The message names the device, the cause and the remedy. All exceptions of
/// this package derive from it.
/// </summary>
/// <remarks>
/// One type for ALSA, PipeWire, V4L2 and the desktop's portal, because all of them report errno values (errno(3)).
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

    /// <summary>The device as it was named when it was opened, such as "hw:0,0" or "/dev/video0"; empty if no device was named yet.</summary>
    public string Device { get; }

    /// <summary>The errno value, positive; 0 if the failure did not come from the system.</summary>
    public int ErrorCode { get; }

    /// <summary>
    /// True if the same call may succeed later without a change: it was interrupted, the device is in use by another program or was
    /// unplugged during use, there was no answer in time, or a daemon is gone. False if the device is not there when it is opened, is of
    /// another kind, or the user has no right to it, and if the user ended it.
    /// </summary>
    public override bool IsTransient { get; }
}
