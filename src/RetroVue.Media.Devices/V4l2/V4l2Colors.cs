using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>
/// Reads a driver's description of its pictures' colours. Values that the driver leaves at the default are derived from the colour space
/// with the V4L2_MAP_*_DEFAULT macros of linux/videodev2.h.
/// </summary>
internal static class V4l2Colors
{
    public static ColorDescription Of(in v4l2_pix_format_mplane picture, bool isRgb)
    {
        string? primaries = PrimariesOf((int)picture.colorspace);
        return primaries is null
            ? default
            : new ColorDescription(
                RangeOf(picture, isRgb),
                primaries,
                TransferOf((int)picture.xfer_func, (int)picture.colorspace),
                isRgb ? null : MatrixOf((int)picture.ycbcr_enc, (int)picture.colorspace));
    }

    private static string? PrimariesOf(int space) => space switch
    {
        LibcVideo.V4L2_COLORSPACE_SMPTE170M => "smpte170m",
        LibcVideo.V4L2_COLORSPACE_SMPTE240M => "smpte240m",
        LibcVideo.V4L2_COLORSPACE_REC709 or LibcVideo.V4L2_COLORSPACE_SRGB or LibcVideo.V4L2_COLORSPACE_JPEG => "bt709",
        LibcVideo.V4L2_COLORSPACE_470_SYSTEM_M => "bt470m",
        LibcVideo.V4L2_COLORSPACE_470_SYSTEM_BG => "bt470bg",
        LibcVideo.V4L2_COLORSPACE_BT2020 => "bt2020",
        _ => null,
    };

    private static string RangeOf(in v4l2_pix_format_mplane picture, bool isRgb) => (int)picture.quantization switch
    {
        LibcVideo.V4L2_QUANTIZATION_FULL_RANGE => "pc",
        LibcVideo.V4L2_QUANTIZATION_LIM_RANGE => "tv",
        _ => isRgb || picture.colorspace == LibcVideo.V4L2_COLORSPACE_JPEG ? "pc" : "tv",
    };

    private static string? TransferOf(int transfer, int space) => transfer switch
    {
        LibcVideo.V4L2_XFER_FUNC_709 => "bt709",
        LibcVideo.V4L2_XFER_FUNC_SRGB => "iec61966-2-1",
        LibcVideo.V4L2_XFER_FUNC_SMPTE240M => "smpte240m",
        LibcVideo.V4L2_XFER_FUNC_NONE => "linear",
        LibcVideo.V4L2_XFER_FUNC_SMPTE2084 => "smpte2084",
        LibcVideo.V4L2_XFER_FUNC_DEFAULT => space switch
        {
            LibcVideo.V4L2_COLORSPACE_SMPTE240M => "smpte240m",
            LibcVideo.V4L2_COLORSPACE_SRGB or LibcVideo.V4L2_COLORSPACE_JPEG => "iec61966-2-1",
            _ => "bt709",
        },
        _ => null,
    };

    private static string? MatrixOf(int encoding, int space) => encoding switch
    {
        LibcVideo.V4L2_YCBCR_ENC_601 or LibcVideo.V4L2_YCBCR_ENC_XV601 => "smpte170m",
        LibcVideo.V4L2_YCBCR_ENC_709 or LibcVideo.V4L2_YCBCR_ENC_XV709 => "bt709",
        LibcVideo.V4L2_YCBCR_ENC_BT2020 => "bt2020nc",
        LibcVideo.V4L2_YCBCR_ENC_BT2020_CONST_LUM => "bt2020c",
        LibcVideo.V4L2_YCBCR_ENC_SMPTE240M => "smpte240m",
        LibcVideo.V4L2_YCBCR_ENC_DEFAULT => space switch
        {
            LibcVideo.V4L2_COLORSPACE_REC709 => "bt709",
            LibcVideo.V4L2_COLORSPACE_BT2020 => "bt2020nc",
            LibcVideo.V4L2_COLORSPACE_SMPTE240M => "smpte240m",
            _ => "smpte170m",
        },
        _ => null,
    };
}
