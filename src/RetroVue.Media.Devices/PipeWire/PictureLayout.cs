using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Finds a picture's planes in PipeWire's memory: in one block, one after the other, or each in a block of its own.</summary>
internal static unsafe class PictureLayout
{
    /// <summary>Fills in the planes; returns their number, or 0 if there are too few bytes for a whole picture.</summary>
    public static int Find(VideoFormat format, ReadOnlySpan<rv_pw_plane> given, Span<rv_pw_plane> planes)
    {
        if (given.Length == 0)
        {
            return 0;
        }

        int count = format.PixelFormat switch
        {
            PixelFormat.Yuv420P => 3,
            PixelFormat.Nv12 => 2,
            _ => 1,
        };
        bool isOneBlock = given.Length < count;
        int stride = given[0].stride != 0 ? given[0].stride : LineBytes(format, 0);
        byte* next = (byte*)given[0].data;
        long left = given[0].size;
        for (int i = 0; i < count; i++)
        {
            if (!isOneBlock)
            {
                next = (byte*)given[i].data;
                left = given[i].size;
            }

            int own = isOneBlock || given[i].stride == 0 ? StrideOf(format, i, stride) : given[i].stride;
            int lines = i == 0 ? format.Height : (format.Height + 1) / 2;
            int line = LineBytes(format, i);
            long bytes = ((long)own * (lines - 1)) + line;
            if (own < line || bytes > left)
            {
                return 0;
            }

            planes[i] = new rv_pw_plane { data = next, size = (uint)bytes, stride = own };
            next += (long)own * lines;
            left -= (long)own * lines;
        }

        return count;
    }

    private static int StrideOf(VideoFormat format, int plane, int first) =>
        plane > 0 && format.PixelFormat == PixelFormat.Yuv420P ? first / 2 : first;

    private static int LineBytes(VideoFormat format, int plane) => format.PixelFormat switch
    {
        PixelFormat.Yuv420P when plane > 0 => (format.Width + 1) / 2,
        PixelFormat.Nv12 when plane > 0 => (format.Width + 1) / 2 * 2,
        PixelFormat.Yuyv422 or PixelFormat.Uyvy422 => (format.Width + 1) / 2 * 4,
        PixelFormat.Rgb24 or PixelFormat.Bgr24 => format.Width * 3,
        PixelFormat.Rgba or PixelFormat.Bgra => format.Width * 4,
        _ => format.Width,
    };
}
