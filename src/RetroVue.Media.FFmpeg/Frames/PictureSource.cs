using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Memory;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>Makes an FFmpeg frame from any buffer with a picture: a frame is shared, other memory is copied.</summary>
internal sealed unsafe class PictureSource : IDisposable
{
    private readonly PictureBuffers _buffers = new();

    /// <summary>Makes <paramref name="target"/>, an empty frame, refer to a buffer's picture. The caller unrefs the frame.</summary>
    /// <param name="target">An empty frame. The caller sets its time fields.</param>
    /// <param name="memory">The picture.</param>
    /// <param name="format">The picture's format, which memory that is not from FFmpeg does not contain.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <exception cref="InvalidDataException">The memory is smaller than a picture of that format.</exception>
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

    /// <summary>Checks that a plane has all its lines.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
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
