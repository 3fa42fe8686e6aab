using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>What a device was set to.</summary>
/// <param name="Format">What its buffers hold.</param>
/// <param name="Planes">Where the planes of raw pictures lie; empty for compressed ones, whose lengths differ.</param>
/// <param name="FrameRate">Pictures a second; 0/1 where the driver does not tell.</param>
/// <param name="BufferType">V4L2_BUF_TYPE_VIDEO_CAPTURE or V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE.</param>
/// <param name="Parts">Of how many memories a buffer consists; always one through the single-planar interface.</param>
internal sealed record V4l2Mode(MediaFormat Format, V4l2Plane[] Planes, Rational FrameRate, uint BufferType, int Parts)
{
    /// <summary>True if buffers are described plane by plane.</summary>
    public bool IsMultiPlanar => BufferType == LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;

    /// <summary>The time from one picture to the next; None if the driver does not tell.</summary>
    public ClockTime Interval => FrameRate.IsPositive ? ClockTime.FromUnits(1, FrameRate.Inverse) : ClockTime.None;

    /// <summary>True if every picture can be shown without the one before.</summary>
    public bool IsIntra => Format is not EncodedFormat { Codec: not "mjpeg" };
}
