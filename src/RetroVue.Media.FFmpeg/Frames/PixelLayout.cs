using RetroVue.Media.FFmpeg.Interop;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>Computes the sizes of a picture's planes from libavutil's descriptions of pixel formats (libavutil/pixdesc.h).</summary>
internal static unsafe class PixelLayout
{
    // AV_PIX_FMT_FLAG_BITSTREAM: a component's step counts bits.
    private const ulong CountsBits = 1 << 2;

    /// <summary>Returns the bytes of a plane's line that contain pixels, and the number of lines.</summary>
    public static (int LineBytes, int Lines) PlaneSize(AVPixelFormat format, int width, int height, int plane)
    {
        var description = av_pix_fmt_desc_get(format);
        int step = 0;
        int widest = 0;
        for (int i = 0; i < description->nb_components; i++)
        {
            ref var component = ref description->comp[i];
            if (component.plane == plane && component.step > step)
            {
                (step, widest) = (component.step, i);
            }
        }

        // The component with the largest step decides: this is right for chroma too, if it shares a plane with luma, as in YUYV.
        int columns = widest is 1 or 2 ? Subsampled(width, description->log2_chroma_w) : width;
        int lines = plane is 1 or 2 ? Subsampled(height, description->log2_chroma_h) : height;
        return ((description->flags & CountsBits) != 0 ? ((columns * step) + 7) / 8 : columns * step, lines);
    }

    /// <summary>Returns the smallest steps in which a rectangle can be placed: powers of two of pixels in each direction.</summary>
    public static (int Columns, int Lines) Grain(AVPixelFormat format)
    {
        var description = av_pix_fmt_desc_get(format);
        return (1 << description->log2_chroma_w, 1 << description->log2_chroma_h);
    }

    /// <summary>Returns the number of bytes from the start of a plane to a pixel, which is aligned to the format's chroma.</summary>
    public static int OffsetOf(AVPixelFormat format, int plane, int stride, int x, int y)
    {
        var (bytes, lines) = PlaneSize(format, x, y, plane);
        return (lines * stride) + bytes;
    }

    private static int Subsampled(int pixels, int shift) => -((-pixels) >> shift);
}
