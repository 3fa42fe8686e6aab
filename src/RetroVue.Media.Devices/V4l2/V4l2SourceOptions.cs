using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>What a <see cref="V4l2Source"/> opens, and how. What is left out stays as the device has it.</summary>
public sealed record V4l2SourceOptions
{
    /// <summary>
    /// The device: its file ("/dev/video0", or one of the links below /dev/v4l/by-id, which keep their names), or what its driver calls
    /// it: the bus's name for it ("usb-0000:00:14.0-1", "platform:vivid-000"; v4l2-ctl --list-devices shows them) or the card's
    /// ("vivid"), of which the first capture device with that name is taken.
    /// </summary>
    public string Device { get; init; } = "/dev/video0";

    /// <summary>
    /// The input by its number (v4l2-ctl --list-inputs shows them), for cards that have several plugs; null for the one that is chosen.
    /// The choice stays with the device.
    /// </summary>
    public int? Input { get; init; }

    /// <summary>
    /// The picture format by its fourcc in linux/videodev2.h, such as "YUYV", "NV12" or "MJPG"; null for the one the device is set to,
    /// or, where this library cannot carry that, the first it offers that it can.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>
    /// Pixels; 0, together with <see cref="Height"/>, for the size that the device is set to, which of a digital input is the signal's.
    /// A size is asked for again when the signal changes, and the new signal's taken where the device cannot scale to it.
    /// </summary>
    public int Width { get; init; }

    /// <summary>Pixels; as <see cref="Width"/>.</summary>
    public int Height { get; init; }

    /// <summary>
    /// Pictures a second to ask for, of which the driver takes the nearest it can do; not positive for the rate that the device is set
    /// to. A digital input has the signal's in any case. The source's format tells what came of it.
    /// </summary>
    public Rational FrameRate { get; init; }

    /// <summary>
    /// How many buffers the driver fills in turn, 2 to 32; it may give more. All but two can be held downstream at a time without a copy.
    /// </summary>
    public int BufferCount { get; init; } = 6;

    /// <summary>True to export the buffers as DMABUFs: see <see cref="V4l2Memory.DmaBuf"/>.</summary>
    public bool ExportDmaBuf { get; init; }
}
