using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Assigns items' pictures to the frames of the channel's line: a frame shows the newest picture that is due before the middle of the
/// frame.
/// </summary>
/// <remarks>So each picture is shown at most half a frame early or late, plus <see cref="MostRounding"/>.</remarks>
internal sealed class VideoGrid : IDisposable
{
    private readonly Rational _frame;
    private readonly ClockTime _reach;
    private long _next;
    private MediaBuffer _shown;
    private ItemTag? _tag;

    public VideoGrid(VideoFormat format)
    {
        Format = format;
        _frame = format.FrameRate.Inverse;
        ClockTime frame = ClockTime.FromUnits(1, _frame);
        // In a file of twice the frame rate, every second picture lies in the middle between two frames; rounding must not decide which
        // frame shows it.
        _reach = (frame / 2) - ClockTime.Min(MostRounding, frame / 8);
        _shown = Black(format);
    }

    /// <summary>The largest rounding of times in files: Matroska rounds to a millisecond.</summary>
    public static ClockTime MostRounding => ClockTime.FromMilliseconds(1);

    public VideoFormat Format { get; }

    /// <summary>The tag of the picture that each frame shows.</summary>
    public TagLine Tags { get; } = new();

    /// <summary>When the next frame is shown, on the channel's line.</summary>
    public ClockTime NextTime => ClockTime.FromUnits(_next, _frame);

    /// <summary>Begins with the first frame at or after a time.</summary>
    public void Begin(ClockTime time)
    {
        _next = time.ToUnits(_frame);
        _next += NextTime < time ? 1 : 0;
    }

    /// <summary>Returns the next frame; null if a picture for it may still come and there is time to wait.</summary>
    public MediaBuffer? TryMake(FeedSwitcher feeds, bool mayWait)
    {
        ClockTime time = NextTime;
        // The picture of this frame is known only when a later picture, or the end, has come.
        if (mayWait && !feeds.Covers(MediaKind.Video, time + _reach))
        {
            return null;
        }

        while (feeds.TryTake(MediaKind.Video, time + _reach) is { } item)
        {
            if (item.Buffer is { } picture)
            {
                _shown.Release();
                (_shown, _tag) = (picture, item.Tag);
            }
        }

        MediaBuffer frame = MediaBuffer.Create(_shown.Memory.Retain());
        frame.Pts = time;
        frame.Sequence = _next;
        Tags.Note(time, _tag);
        _next++;
        frame.Duration = NextTime - time;
        return frame;
    }

    public void Dispose() => _shown.Release();

    private static MediaBuffer Black(VideoFormat format)
    {
        if (format.PixelFormat != PixelFormat.Yuv420P)
        {
            throw new ArgumentException($"A transcoded channel needs yuv420p pictures, not {format.PixelFormat}.", nameof(format));
        }

        int chromaWidth = (format.Width + 1) / 2, chromaHeight = (format.Height + 1) / 2;
        HeapMemory memory = HeapMemory.Create(
        [
            (format.Width * format.Height, format.Width),
            (chromaWidth * chromaHeight, chromaWidth),
            (chromaWidth * chromaHeight, chromaWidth),
        ]);
        memory.WritablePlane(0).Fill(16);
        memory.WritablePlane(1).Fill(128);
        memory.WritablePlane(2).Fill(128);
        return MediaBuffer.Create(memory);
    }
}
