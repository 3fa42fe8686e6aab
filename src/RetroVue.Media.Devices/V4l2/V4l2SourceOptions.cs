using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>The options of a <see cref="V4l2Source"/>. Values that are not set stay as they are in the device.</summary>
public sealed record V4l2SourceOptions
{
    /// <summary>
    /// The device: its file ("/dev/video0", or one of the links below /dev/v4l/by-id, whose names are stable), or a name from its driver:
    /// that of the bus ("usb-0000:00:14.0-1", "platform:vivid-000"; v4l2-ctl --list-devices shows them) or of the card ("vivid"), for which
    /// the first capture device with that name is used.
    /// </summary>
    public string Device { get; init; } = "/dev/video0";

    /// <summary>
    /// The number of the input (v4l2-ctl --list-inputs shows them), for cards with several connectors; null for the selected one. The
    /// device keeps the selection.
    /// </summary>
    public int? Input { get; init; }

    /// <summary>
    /// The picture format by its fourcc in linux/videodev2.h, such as "YUYV", "NV12" or "MJPG"; null for the device's present format or, if
    /// this library does not support it, the first supported one.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>
    /// Width in pixels; 0, together with <see cref="Height"/>, for the device's present size, which for a digital input is the signal's.
    /// After a change of the signal, the size is requested again; if the device cannot scale to it, the signal's size is used.
    /// </summary>
    public int Width { get; init; }

    /// <summary>Height in pixels; like <see cref="Width"/>.</summary>
    public int Height { get; init; }

    /// <summary>
    /// The requested pictures per second; the driver uses the nearest possible value. Not positive for the device's present rate. A digital
    /// input always has the signal's rate. The source's format contains the actual rate.
    /// </summary>
    public Rational FrameRate { get; init; }

    /// <summary>
    /// The number of buffers that the driver fills in turn, 2 to 32; the driver may allocate more. Downstream elements can hold all but two
    /// of them without a copy.
    /// </summary>
    public int BufferCount { get; init; } = 6;

    /// <summary>True to export the buffers as DMABUFs: see <see cref="V4l2Memory.DmaBuf"/>.</summary>
    public bool ExportDmaBuf { get; init; }
}
