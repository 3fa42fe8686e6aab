using System.Diagnostics.CodeAnalysis;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Memory;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>An FFmpeg frame as the memory of a buffer: picture or sound stays in libavcodec's memory.</summary>
/// <remarks>
/// The time is in the buffer's header; the frame's own time fields have no meaning here. Planes and strides are those of libavutil/frame.h;
/// a plane ends with the last byte of its last line, without the padding after it.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The last reference or the pool frees it.")]
internal sealed unsafe class FrameMemory : MediaMemory
{
    private readonly FrameHandle _handle = new();
    private readonly AVFrame* _frame;
    private readonly FramePool? _pool;

    /// <summary>Makes an empty frame.</summary>
    /// <param name="pool">The pool to which it returns after its last reference; null: it is freed then.</param>
    public FrameMemory(FramePool? pool)
    {
        _pool = pool;
        _frame = _handle.Pointer;
    }

    /// <summary>The frame, for calls that fill or read it; valid while a reference is held.</summary>
    public AVFrame* Frame => _frame;

    /// <summary>Samples per channel; zero for a picture.</summary>
    public int Samples => _frame->nb_samples;

    /// <inheritdoc/>
    public override int PlaneCount => !IsSound
        ? Math.Max(av_pix_fmt_count_planes((AVPixelFormat)_frame->format), 0)
        : IsPlanarSound ? _frame->ch_layout.nb_channels : 1;

    /// <summary>True if FFmpeg also holds a reference to the bytes, as a decoder does that still needs them for prediction.</summary>
    public override bool IsReadOnly => av_frame_is_writable(_frame) == 0;

    private bool IsSound => _frame->nb_samples > 0;

    private bool IsPlanarSound => av_sample_fmt_is_planar((AVSampleFormat)_frame->format) != 0;

    private int BytesPerSample => av_get_bytes_per_sample((AVSampleFormat)_frame->format) * (IsPlanarSound ? 1 : _frame->ch_layout.nb_channels);

    /// <summary>Removes samples at both ends of a block of sound without moving the others.</summary>
    /// <param name="start">The number of samples at the start.</param>
    /// <param name="end">The number of samples at the end; at least one sample must remain.</param>
    public void Cut(int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(start + end, _frame->nb_samples, nameof(start));
        int offset = start * BytesPerSample;
        var planes = PlaneCount;
        for (int i = 0; i < planes; i++)
        {
            _frame->extended_data[i] += offset;
        }

        // With more than eight planes the two are separate arrays; otherwise they are the same.
        if (_frame->extended_data != _frame->data)
        {
            for (int i = 0; i < Math.Min(planes, AV_NUM_DATA_POINTERS); i++)
            {
                _frame->data[i] += offset;
            }
        }

        _frame->nb_samples -= start + end;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plane(int index) => MapWritable(index);

    /// <inheritdoc/>
    public override int Stride(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PlaneCount, nameof(index));
        return IsSound ? _frame->nb_samples * BytesPerSample : _frame->linesize[index];
    }

    /// <inheritdoc/>
    public override MediaMemory Clone()
    {
        var copy = new FrameMemory(null);
        av_frame_ref(copy._frame, _frame).ThrowIfError("Copying a frame");
        av_frame_make_writable(copy._frame).ThrowIfError("Copying a frame");
        return copy;
    }

    /// <summary>Makes a recycled frame usable again, with one reference.</summary>
    public void MakeLive() => Revive();

    /// <summary>Frees the frame itself.</summary>
    public void Free() => _handle.Dispose();

    /// <inheritdoc/>
    protected override Span<byte> MapWritable(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PlaneCount, nameof(index));
        if (IsSound)
        {
            return new Span<byte>(_frame->extended_data[index], _frame->nb_samples * BytesPerSample);
        }

        var (lineBytes, lines) = PixelLayout.PlaneSize((AVPixelFormat)_frame->format, _frame->width, _frame->height, index);
        return new Span<byte>(_frame->data[index], (_frame->linesize[index] * (lines - 1)) + lineBytes);
    }

    /// <inheritdoc/>
    protected override void OnReleased()
    {
        av_frame_unref(_frame);
        if (_pool is null)
        {
            Free();
        }
        else
        {
            _pool.Return(this);
        }
    }
}
