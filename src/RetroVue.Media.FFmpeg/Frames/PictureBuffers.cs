using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>Provides memory for pictures in frames, and recycles it while the size stays the same. For one thread at a time.</summary>
internal sealed unsafe class PictureBuffers : IDisposable
{
    // A cache line, which is also the widest vector.
    private const int Alignment = 64;

    private BufferPoolHandle? _pool;
    private int _size;

    /// <summary>Gives an empty frame the memory of a picture; its content is undefined.</summary>
    /// <exception cref="FFmpegException">The size is impossible, or memory is exhausted.</exception>
    public void Attach(AVFrame* frame, AVPixelFormat format, int width, int height)
    {
        int size = av_image_get_buffer_size(format, width, height, Alignment).ThrowIfError("Sizing a picture");
        if (_pool is null || size != _size)
        {
            _pool?.Dispose();
            // The vector code of scalers and encoders may read and write a vector beyond the last line.
            _pool = new BufferPoolHandle(av_buffer_pool_init((nuint)size + (2 * Alignment), null));
            _size = size;
        }

        var buffer = av_buffer_pool_get(_pool.Pointer);
        FFmpegErrors.ThrowIfNull(buffer, "Allocating a picture");
        frame->buf[0] = buffer;
        frame->format = (int)format;
        frame->width = width;
        frame->height = height;
        frame->extended_data = frame->data;
        av_image_fill_arrays(frame->data, frame->linesize, buffer->data, format, width, height, Alignment).ThrowIfError("Laying out a picture");
    }

    /// <summary>Frees the memory that is not in use; the rest is freed with its frames.</summary>
    public void Dispose()
    {
        _pool?.Dispose();
        _pool = null;
    }
}
