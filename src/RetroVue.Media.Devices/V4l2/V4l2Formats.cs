using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>
/// Converts between V4L2's picture formats and this library's, and finds the planes of raw ones. Source: linux/videodev2.h.
/// </summary>
internal static class V4l2Formats
{
    private const uint BigEndian = 0x8000_0000;
    private const int CodeLength = 4;

    /// <summary>Returns a fourcc as text, such as "YUYV"; with "-BE" if the samples are big-endian.</summary>
    public static string Text(uint code)
    {
        Span<char> text = stackalloc char[CodeLength];
        for (int i = 0; i < CodeLength; i++)
        {
            text[i] = (char)((code >> (8 * i)) & 0x7f);
        }

        return text.TrimEnd(' ').ToString() + ((code & BigEndian) != 0 ? "-BE" : "");
    }

    /// <summary>Returns the fourcc of a text, or 0 if it is not one.</summary>
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

    /// <summary>True if buffers can have the format.</summary>
    public static bool IsKnown(uint code) => PixelFormatOf(code) != PixelFormat.Unknown || CodecOf(code) is not null;

    /// <summary>Returns the raw format; Unknown for encoded formats, and for those without a name in this library.</summary>
    public static PixelFormat PixelFormatOf(uint code) => (int)code switch
    {
        LibcVideo.V4L2_PIX_FMT_YUYV => PixelFormat.Yuyv422,
        LibcVideo.V4L2_PIX_FMT_UYVY => PixelFormat.Uyvy422,
        LibcVideo.V4L2_PIX_FMT_NV12 or LibcVideo.V4L2_PIX_FMT_NV12M => PixelFormat.Nv12,
        LibcVideo.V4L2_PIX_FMT_YUV420 or LibcVideo.V4L2_PIX_FMT_YVU420
            or LibcVideo.V4L2_PIX_FMT_YUV420M or LibcVideo.V4L2_PIX_FMT_YVU420M => PixelFormat.Yuv420P,
        LibcVideo.V4L2_PIX_FMT_YUV422P or LibcVideo.V4L2_PIX_FMT_YUV422M or LibcVideo.V4L2_PIX_FMT_YVU422M => PixelFormat.Yuv422P,
        LibcVideo.V4L2_PIX_FMT_RGB24 => PixelFormat.Rgb24,
        LibcVideo.V4L2_PIX_FMT_BGR24 => PixelFormat.Bgr24,
        LibcVideo.V4L2_PIX_FMT_RGBA32 => PixelFormat.Rgba,
        LibcVideo.V4L2_PIX_FMT_ABGR32 => PixelFormat.Bgra,
        LibcVideo.V4L2_PIX_FMT_GREY => PixelFormat.Gray8,
        _ => PixelFormat.Unknown,
    };

    /// <summary>Returns the codec by FFmpeg's name; null for raw formats and unknown ones.</summary>
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
    /// Returns the positions of a raw picture's planes in a buffer: each in a memory of its own if the format says so (formats that end in
    /// M), otherwise one after the other, with the driver's own bytes per line. If the driver does not report those of chroma, they are
    /// derived from those of luma, by the kernel's documentation of each format.
    /// </summary>
    public static V4l2Plane[] PlanesOf(in v4l2_pix_format_mplane picture)
    {
        (int width, int height, int code) = ((int)picture.width, (int)picture.height, (int)picture.pixelformat);
        (int count, int across, int down) = PixelFormatOf(picture.pixelformat) switch
        {
            PixelFormat.Nv12 => (2, 1, 2),
            PixelFormat.Yuv422P => (3, 2, 1),
            PixelFormat.Yuv420P => (3, 2, 2),
            _ => (1, 1, 1),
        };
        bool isApart = count > 1 && picture.num_planes >= count;
        var planes = new V4l2Plane[count];
        int stride = Math.Max((int)picture.plane_fmt[0].bytesperline, width * BytesPerPixel(code));
        planes[0] = new V4l2Plane(0, 0, stride * height, stride);
        int end = planes[0].Length;
        for (int i = 1; i < count; i++)
        {
            int told = isApart ? (int)picture.plane_fmt[i].bytesperline : 0;
            int chroma = told > 0 ? told : (stride + across - 1) / across;
            int length = chroma * ((height + down - 1) / down);
            planes[i] = isApart ? new V4l2Plane(i, 0, length, chroma) : new V4l2Plane(0, end, length, chroma);
            end += length;
        }

        if (code is LibcVideo.V4L2_PIX_FMT_YVU420 or LibcVideo.V4L2_PIX_FMT_YVU420M or LibcVideo.V4L2_PIX_FMT_YVU422M)
        {
            // V is stored before U; in this library U is always the second plane.
            (planes[1], planes[2]) = (planes[2], planes[1]);
        }

        return planes;
    }

    /// <summary>Returns the bytes per pixel in the first plane, to which the bytes per line refer.</summary>
    private static int BytesPerPixel(int code) => code switch
    {
        LibcVideo.V4L2_PIX_FMT_YUYV or LibcVideo.V4L2_PIX_FMT_UYVY => 2,
        LibcVideo.V4L2_PIX_FMT_RGB24 or LibcVideo.V4L2_PIX_FMT_BGR24 => 3,
        LibcVideo.V4L2_PIX_FMT_RGBA32 or LibcVideo.V4L2_PIX_FMT_ABGR32 => 4,
        _ => 1,
    };
}
