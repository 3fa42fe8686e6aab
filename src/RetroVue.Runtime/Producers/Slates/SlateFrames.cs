using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>Makes the frames of a slate one after the other, on the channel's line. Frames of the same second share their memory.</summary>
internal sealed class SlateFrames
{
    private readonly SlateOptions _options;
    private readonly VideoFormat _format;
    private readonly Rational _frameTime;
    private readonly long _end;
    private long _next;
    private SlatePicture? _picture;
    private MediaMemory? _drawn;
    private long _drawnSecond;

    public SlateFrames(SlateOptions options)
    {
        (_options, _format) = (options, options.Video!);
        _frameTime = _format.FrameRate.Inverse;
        (_next, _end) = (FirstFrom(options.From, _frameTime), FirstFrom(options.Until, _frameTime));
    }

    /// <summary>True until the last frame has been made.</summary>
    public bool HasNext => _next < _end;

    /// <summary>The PTS of the next frame.</summary>
    public ClockTime NextTime => ClockTime.FromUnits(_next, _frameTime);

    /// <summary>Returns the first unit whose PTS is at a time or later, taking rounding to the nanosecond into account.</summary>
    public static long FirstFrom(ClockTime time, Rational unit)
    {
        long nearest = time.ToUnits(unit);
        return ClockTime.FromUnits(nearest, unit) < time ? nearest + 1 : nearest;
    }

    /// <summary>Draws the parts that do not change.</summary>
    public void Prepare() => _picture ??= new SlatePicture(_format, _options);

    /// <summary>Makes the next frame.</summary>
    public MediaBuffer Make()
    {
        ClockTime pts = NextTime;
        MediaBuffer buffer = MediaBuffer.Create(Draw(pts).Retain());
        buffer.Pts = pts;
        buffer.Sequence = _next++;
        buffer.Duration = NextTime - pts;
        buffer.Flags = BufferFlags.KeyFrame;
        return buffer;
    }

    /// <summary>Releases the drawn parts.</summary>
    public void Release()
    {
        _picture?.Release();
        _drawn?.Release();
        (_picture, _drawn) = (null, null);
    }

    /// <summary>Returns the picture at a time; it is drawn again only when the second changes.</summary>
    private MediaMemory Draw(ClockTime pts)
    {
        Instant at = _options.Epoch + pts.ToDuration();
        long second = at.ToUnixTimeSeconds();
        if (_drawn is null || second != _drawnSecond)
        {
            _drawn?.Release();
            _drawn = _picture!.Draw(at);
            _drawnSecond = second;
        }

        return _drawn;
    }
}
