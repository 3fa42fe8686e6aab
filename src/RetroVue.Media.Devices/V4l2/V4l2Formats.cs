using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>V4L2's picture formats and this library's, and where the planes of raw ones lie. Source: linux/videodev2.h.</summary>
internal static class V4l2Formats
{
    private const uint BigEndian = 0x8000_0000;
    private const int CodeLength = 4;

    /// <summary>A fourcc as text, such as "YUYV"; with "-BE" where the samples are big-endian.</summary>
    public static string Text(uint code)
    {
        Span<char> text = stackalloc char[CodeLength];
        for (int i = 0; i < CodeLength; i++)
        {
            text[i] = (char)((code >> (8 * i)) & 0x7f);
        }

        return text.TrimEnd(' ').ToString() + ((code & BigEndian) != 0 ? "-BE" : "");
    }

    /// <summary>The fourcc of a text, or 0 where it is none.</summary>
    public static uint Parse(string text)
    {
        bool isBigEndian = text.EndsWith("-BE", StringComparison.Ordinal);
        string letters = (isBigEndian ? text[..^3] : text).PadRight(CodeLength);
        if (letters.Length != CodeLength || letters.Any(letter => letter is < ' ' or > '~'))
        {
            return 0;
        }

        uint code = isBigEndian ? BigEndian : 0;
        for (int i = 0; i < CodeLength; i++)
        {
            code |= (uint)letters[i] << (8 * i);
        }

        return code;
    }

    /// <summary>Whether buffers can carry the format.</summary>
    public static bool IsKnown(uint code) => PixelFormatOf(code) != PixelFormat.Unknown || CodecOf(code) is not null;

    /// <summary>The raw format; Unknown for compressed ones, and for those that this library has no name for.</summary>
    public static PixelFormat PixelFormatOf(uint code) => (int)code switch
    {
        LibcVideo.V4L2_PIX_FMT_YUYV => PixelFormat.Yuyv422,
        LibcVideo.V4L2_PIX_FMT_UYVY => PixelFormat.Uyvy422,
        LibcVideo.V4L2_PIX_FMT_NV12 => PixelFormat.Nv12,
        LibcVideo.V4L2_PIX_FMT_YUV420 or LibcVideo.V4L2_PIX_FMT_YVU420 => PixelFormat.Yuv420P,
        LibcVideo.V4L2_PIX_FMT_YUV422P => PixelFormat.Yuv422P,
        LibcVideo.V4L2_PIX_FMT_RGB24 => PixelFormat.Rgb24,
        LibcVideo.V4L2_PIX_FMT_BGR24 => PixelFormat.Bgr24,
        LibcVideo.V4L2_PIX_FMT_RGBA32 => PixelFormat.Rgba,
        LibcVideo.V4L2_PIX_FMT_ABGR32 => PixelFormat.Bgra,
        LibcVideo.V4L2_PIX_FMT_GREY => PixelFormat.Gray8,
        _ => PixelFormat.Unknown,
    };

    /// <summary>The codec by FFmpeg's name; null for raw formats and unknown ones.</summary>
    public static string? CodecOf(uint code) => (int)code switch
    {
        LibcVideo.V4L2_PIX_FMT_MJPEG or LibcVideo.V4L2_PIX_FMT_JPEG => "mjpeg",
        LibcVideo.V4L2_PIX_FMT_H264 => "h264",
        LibcVideo.V4L2_PIX_FMT_HEVC => "hevc",
        LibcVideo.V4L2_PIX_FMT_MPEG2 => "mpeg2video",
        LibcVideo.V4L2_PIX_FMT_MPEG4 => "mpeg4",
        LibcVideo.V4L2_PIX_FMT_VP8 => "vp8",
        LibcVideo.V4L2_PIX_FMT_VP9 => "vp9",
        _ => null,
    };

    /// <summary>
    /// Where the planes of a raw picture lie in a buffer of the single-planar interface: one after the other, with the driver's own bytes
    /// from line to line. Those of chroma follow from those of luma, as the kernel's documentation of each format says.
    /// </summary>
    public static V4l2Plane[] PlanesOf(in v4l2_pix_format picture)
    {
        (int width, int height, int code) = ((int)picture.width, (int)picture.height, (int)picture.pixelformat);
        int stride = Math.Max((int)picture.bytesperline, width * BytesPerPixel(code));
        int luma = stride * height;
        int halfHeight = (height + 1) / 2;
        int halfStride = (stride + 1) / 2;
        switch (code)
        {
            case LibcVideo.V4L2_PIX_FMT_NV12:
                return [new(0, luma, stride), new(luma, stride * halfHeight, stride)];
            case LibcVideo.V4L2_PIX_FMT_YUV422P:
                int half = halfStride * height;
                return [new(0, luma, stride), new(luma, half, halfStride), new(luma + half, half, halfStride)];
            case LibcVideo.V4L2_PIX_FMT_YUV420:
                int quarter = halfStride * halfHeight;
                return [new(0, luma, stride), new(luma, quarter, halfStride), new(luma + quarter, quarter, halfStride)];
            case LibcVideo.V4L2_PIX_FMT_YVU420:
                // V stands before U; here U is the second plane in any case.
                int chroma = halfStride * halfHeight;
                return [new(0, luma, stride), new(luma + chroma, chroma, halfStride), new(luma, chroma, halfStride)];
            default:
                return [new(0, luma, stride)];
        }
    }

    /// <summary>Bytes from pixel to pixel in the first plane, which is what the bytes from line to line refer to.</summary>
    private static int BytesPerPixel(int code) => code switch
    {
        LibcVideo.V4L2_PIX_FMT_YUYV or LibcVideo.V4L2_PIX_FMT_UYVY => 2,
        LibcVideo.V4L2_PIX_FMT_RGB24 or LibcVideo.V4L2_PIX_FMT_BGR24 => 3,
        LibcVideo.V4L2_PIX_FMT_RGBA32 or LibcVideo.V4L2_PIX_FMT_ABGR32 => 4,
        _ => 1,
    };
}
