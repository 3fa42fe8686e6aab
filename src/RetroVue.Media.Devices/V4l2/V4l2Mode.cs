using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>The mode that a device was set to.</summary>
/// <param name="Format">The format of its buffers.</param>
/// <param name="Planes">The positions of raw pictures' planes; empty for encoded pictures, whose lengths vary.</param>
/// <param name="FrameRate">Pictures per second; 0/1 if the driver does not report it.</param>
/// <param name="BufferType">V4L2_BUF_TYPE_VIDEO_CAPTURE or V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE.</param>
/// <param name="Parts">The number of memories in a buffer; always one with the single-planar interface.</param>
internal sealed record V4l2Mode(MediaFormat Format, V4l2Plane[] Planes, Rational FrameRate, uint BufferType, int Parts)
{
    /// <summary>True if buffers are described plane by plane.</summary>
    public bool IsMultiPlanar => BufferType == LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;

    /// <summary>The time from one picture to the next; None if the driver does not report it.</summary>
    public ClockTime Interval => FrameRate.IsPositive ? ClockTime.FromUnits(1, FrameRate.Inverse) : ClockTime.None;

    /// <summary>True if each picture can be shown without the one before.</summary>
    public bool IsIntra => Format is not EncodedFormat { Codec: not "mjpeg" };
}
