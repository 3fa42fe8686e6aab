using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Memory;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>Makes a frame of FFmpeg's out of any buffer with a picture: one that is a frame already is shared, another is copied.</summary>
internal sealed unsafe class PictureSource : IDisposable
{
    private readonly PictureBuffers _buffers = new();

    /// <summary>Makes <paramref name="target"/>, which is empty, the picture of a buffer. Who calls unrefs the frame.</summary>
    /// <param name="target">An empty frame. Its time fields are the caller's to set.</param>
    /// <param name="memory">The picture.</param>
    /// <param name="format">The picture's format, which memory of others than FFmpeg does not tell.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <exception cref="InvalidDataException">The memory holds less than a picture of that format.</exception>
    /// <exception cref="FFmpegException">Out of memory.</exception>
    public void Refer(AVFrame* target, MediaMemory memory, AVPixelFormat format, int width, int height)
    {
        if (memory is FrameMemory frame)
        {
            av_frame_ref(target, frame.Frame).ThrowIfError("Sharing a frame");
            return;
        }

        _buffers.Attach(target, format, width, height);
        for (int plane = 0; plane < av_pix_fmt_count_planes(format); plane++)
        {
            var (lineBytes, lines) = PixelLayout.PlaneSize(format, width, height, plane);
            Check(memory, plane, lineBytes, lines);
            var source = memory.Plane(plane);
            int stride = memory.Stride(plane);
            for (int line = 0; line < lines; line++)
            {
                source.Slice(line * stride, lineBytes).CopyTo(new Span<byte>(target->data[plane] + (line * target->linesize[plane]), lineBytes));
            }
        }
    }

    /// <summary>Holds that a plane has all its lines.</summary>
    /// <exception cref="InvalidDataException">It has not.</exception>
    public static void Check(MediaMemory memory, int plane, int lineBytes, int lines)
    {
        if (plane >= memory.PlaneCount || memory.Plane(plane).Length < (memory.Stride(plane) * (lines - 1)) + lineBytes)
        {
            throw new InvalidDataException($"Plane {plane} of a picture is missing or shorter than its {lines} lines of {lineBytes} bytes.");
        }
    }

    /// <summary>Frees the memory of copies that are not in use.</summary>
    public void Dispose() => _buffers.Dispose();
}
