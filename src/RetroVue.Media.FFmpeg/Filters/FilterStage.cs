using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Filters;

/// <summary>
/// Passes pictures through filters that return, for each picture, one picture, or one for each of its fields; the metadata of the buffers
/// goes with them. For one thread at a time.
/// </summary>
/// <param name="description">The filters.</param>
/// <param name="input">The input's format, with its real size.</param>
/// <param name="pixels">Its pixel format.</param>
/// <param name="doubles">True if fields become pictures.</param>
internal sealed unsafe class FilterStage(string description, VideoFormat input, AVPixelFormat pixels, bool doubles) : IDisposable
{
    // The times of second fields are the mean of two times.
    private static readonly ClockTime s_rounding = ClockTime.FromNanoseconds(2);

    private readonly FilterGraph _graph = new(description, input, pixels, PictureColor.Complete(input, pixels).Range);
    private readonly PictureSource _source = new();
    private readonly FrameHandle _frame = new();
    private readonly Queue<Header> _headers = new();
    private Header _header;
    private ClockTime _end = ClockTime.None;
    private FrameMemory? _next;

    /// <summary>Passes a picture to the filters; the caller keeps its reference.</summary>
    public void Push(MediaBuffer buffer)
    {
        var frame = _frame.Pointer;
        _source.Refer(frame, buffer.Memory, pixels, input.Width, input.Height);
        if (buffer.Memory is not FrameMemory)
        {
            frame->IsInterlaced = input.Interlacing != Interlacing.Progressive;
            frame->IsTopFieldFirst = input.Interlacing == Interlacing.TopFieldFirst;
        }

        frame->sample_aspect_ratio = input.SampleAspectRatio.ToNative();
        // The description contains these values; the graph must not see them as a change of its input.
        (frame->colorspace, frame->color_range) = (AVColorSpace.AVCOL_SPC_UNSPECIFIED, AVColorRange.AVCOL_RANGE_UNSPECIFIED);
        av_frame_remove_side_data(frame, AVFrameSideDataType.AV_FRAME_DATA_DISPLAYMATRIX);
        _headers.Enqueue(new Header(buffer.Pts, buffer.Duration, buffer.Uncertainty, buffer.Sequence, buffer.Flags, doubles && frame->IsInterlaced));
        _end = buffer.End;
        _graph.Push(frame, buffer.Pts);
    }

    /// <summary>Tells the filters that no more pictures come.</summary>
    public void End() => _graph.End(_end);

    /// <summary>Returns a picture that is ready; null if there is none.</summary>
    /// <param name="frames">Provides frames.</param>
    public MediaBuffer? TryPull(FramePool frames)
    {
        var memory = _next ??= frames.Rent();
        if (!_graph.TryPull(memory.Frame, out var pts))
        {
            return null;
        }

        _next = null;
        var buffer = MediaBuffer.Create(memory);
        Describe(buffer, pts);
        return buffer;
    }

    public void Dispose()
    {
        _next?.Release();
        _next = null;
        _frame.Dispose();
        _source.Dispose();
        _graph.Dispose();
    }

    private void Describe(MediaBuffer buffer, ClockTime pts)
    {
        if (!doubles)
        {
            _headers.TryDequeue(out _header);
        }

        // Made from one or two pictures: its metadata is that of the last one that begins at or before it.
        while (doubles && _headers.TryPeek(out var following) && (following.Pts.IsNone || following.Pts <= pts + s_rounding))
        {
            _header = _headers.Dequeue();
        }

        bool isSecond = _header.IsTwo && pts > _header.Pts + s_rounding;
        buffer.Pts = isSecond ? pts : _header.Pts;
        buffer.Duration = isSecond ? _header.Pts + _header.Duration - pts : _header.IsTwo ? _header.Duration / 2 : _header.Duration;
        buffer.Uncertainty = _header.Uncertainty;
        buffer.Sequence = _header.Sequence;
        buffer.Flags = isSecond ? _header.Flags & ~BufferFlags.Discontinuity : _header.Flags;
    }

    private readonly record struct Header(ClockTime Pts, ClockTime Duration, ClockTime Uncertainty, long Sequence, BufferFlags Flags, bool IsTwo);
}
