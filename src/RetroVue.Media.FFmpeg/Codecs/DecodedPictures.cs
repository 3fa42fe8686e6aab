using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Processes decoded pictures.</summary>
internal sealed unsafe class DecodedPictures : DecodedOutput
{
    // At least this much of a picture must lie in the segment, because containers with milliseconds round by up to one.
    private static readonly ClockTime s_leastVisible = ClockTime.FromMilliseconds(1);

    // A picture that ends this shortly before the segment may still show when the segment begins, so it is always decoded.
    private static readonly ClockTime s_longestHole = ClockTime.FromMilliseconds(250);

    private static readonly (AVPixelFormat Full, AVPixelFormat Plain)[] s_fullRange = FormatNames.FullRangeFormats();

    private readonly EncodedFormat _encoded;
    private PictureKey _key;
    private Interlacing _interlacing;
    private Orientation _orientation;
    private ClockTime _lastPts = ClockTime.None;
    private ClockTime _lastEnd = ClockTime.None;
    private ClockTime _latestSent = ClockTime.None;
    private (FrameMemory Memory, ClockTime Pts, BufferFlags Flags)? _before;

    public DecodedPictures(OutputPad output, EncodedFormat encoded)
        : base(output)
    {
        _encoded = encoded;
        _orientation = encoded.Video?.Orientation ?? Orientation.Upright;
        NominalDuration = encoded.Video is { FrameRate.IsPositive: true } video ? ClockTime.FromUnits(1, video.FrameRate.Inverse) : ClockTime.None;
    }

    public override bool IsBeforeSegment(MediaBuffer packet)
    {
        _latestSent = packet.Pts > _latestSent || _latestSent.IsNone ? packet.Pts : _latestSent;
        // A picture that is shown before another one that was decoded already lasts at most until that one, whatever its duration says.
        bool mayReachIn = packet.Pts < Segment.Start && packet.Pts < _latestSent && _latestSent > Segment.Start;
        return !mayReachIn && packet.End > packet.Pts && IsHidden(packet.Pts, packet.Duration + s_longestHole);
    }

    public override void Push(FrameMemory memory, bool packetHadTime)
    {
        var frame = memory.Frame;
        Normalise(frame);
        var duration = frame->Duration > 0 ? ClockTime.FromNanoseconds(frame->Duration) : NominalDuration;
        var pts = ClockTime.FromNanoseconds(frame->best_effort_timestamp);
        bool isEstimated = frame->pts == AV_NOPTS_VALUE;
        if (pts.IsNone || (isEstimated && pts <= _lastPts))
        {
            pts = _lastEnd.IsNone ? Segment.Start : _lastEnd;
        }

        _lastPts = pts;
        _lastEnd = duration.IsNone ? pts : pts + duration;
        bool isCorrupt = (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
        var flags = (isEstimated ? BufferFlags.EstimatedTime : BufferFlags.None) | (isCorrupt ? BufferFlags.Corrupt : BufferFlags.None);
        if (!IsHidden(pts, duration))
        {
            PushBefore(pts);
            Announce(frame);
            Emit(memory, pts, duration, flags);
            return;
        }

        if (pts < Segment.Start)
        {
            _before?.Memory.Release();
            _before = (memory, pts, flags);
        }
        else
        {
            memory.Release();
        }
    }

    /// <summary>
    /// If the next picture comes late, the last one before the segment need not wait for it: it is shown until the end of the gap.
    /// </summary>
    public override void Pass(ClockTime until)
    {
        if (until - Segment.Start >= s_leastVisible)
        {
            PushBefore(until);
        }
    }

    /// <summary>
    /// If the segment has no picture of its own and the stream goes on after it, the last picture before it is shown all the time. If the
    /// stream ends there, that picture is shown once, for a picture's duration: it may be the picture that belongs to the sound.
    /// </summary>
    public override void End(EndOfStream end)
    {
        if (!Segment.Stop.IsNone)
        {
            ClockTime once = Segment.Start + (NominalDuration.IsNone ? s_leastVisible : NominalDuration);
            PushBefore(end.IsOfStretch ? Segment.Stop : ClockTime.Min(once, Segment.Stop));
        }
    }

    public override void Dispose()
    {
        DropBefore();
        base.Dispose();
    }

    protected override void Mark(MediaBuffer decoded, HeaderTrail packets) => packets.MarkPicture(decoded);

    protected override void OnRestart()
    {
        DropBefore();
        _lastPts = _lastEnd = _latestSent = ClockTime.None;
    }

    /// <summary>
    /// Pushes the picture that is shown before the segment's first picture, up to that one, even if its duration is shorter.
    /// </summary>
    private void PushBefore(ClockTime first)
    {
        if (_before is not { } before || first - Segment.Start < s_leastVisible)
        {
            DropBefore();
            return;
        }

        _before = null;
        Announce(before.Memory.Frame);
        Emit(before.Memory, before.Pts, first - before.Pts, before.Flags);
    }

    private void DropBefore()
    {
        _before?.Memory.Release();
        _before = null;
    }

    // The "yuvj" formats contain the range; after the decoder they become the plain formats with the range set.
    private static void Normalise(AVFrame* frame)
    {
        foreach (var (full, plain) in s_fullRange)
        {
            if (frame->format == (int)full)
            {
                frame->format = (int)plain;
                frame->color_range = AVColorRange.AVCOL_RANGE_JPEG;
                return;
            }
        }
    }

    private bool IsHidden(ClockTime pts, ClockTime duration)
    {
        if (duration.IsNone || duration == ClockTime.Zero)
        {
            return !Segment.Overlaps(pts, duration);
        }

        var from = ClockTime.Max(pts, Segment.Start);
        var to = Segment.Stop.IsNone ? pts + duration : ClockTime.Min(pts + duration, Segment.Stop);
        return to - from < ClockTime.Min(s_leastVisible, duration / 2);
    }

    private void Announce(AVFrame* frame)
    {
        if (frame->nb_side_data > 0)
        {
            ReadOrientation(frame);
        }

        var key = new PictureKey(
            frame->format,
            frame->width,
            frame->height,
            frame->sample_aspect_ratio.ToRational(),
            frame->color_range,
            frame->color_primaries,
            frame->color_trc,
            frame->colorspace,
            _orientation);
        // Interlaced streams contain progressive pictures too; that is not a change of format.
        bool isNewlyInterlaced = frame->IsInterlaced && _interlacing == Interlacing.Progressive;
        if (key == _key && !isNewlyInterlaced)
        {
            return;
        }

        _key = key;
        if (isNewlyInterlaced)
        {
            _interlacing = frame->IsTopFieldFirst ? Interlacing.TopFieldFirst : Interlacing.BottomFieldFirst;
        }

        var format = Describe(frame);
        if (!format.Equals(Output.Format))
        {
            Output.Push(new FormatChanged(format));
        }
    }

    // The codec's value has priority over the container's, and is kept until the codec gives another one.
    private void ReadOrientation(AVFrame* frame)
    {
        var data = av_frame_get_side_data(frame, AVFrameSideDataType.AV_FRAME_DATA_DISPLAYMATRIX);
        if (data is not null)
        {
            _orientation = DisplayMatrix.ToOrientation(new ReadOnlySpan<byte>(data->data, (int)data->size));
        }
    }

    private VideoFormat Describe(AVFrame* frame)
    {
        var declared = _encoded.Video;
        var color = FormatNames.ToColor(frame->color_range, frame->color_primaries, frame->color_trc, frame->colorspace);
        var aspect = frame->sample_aspect_ratio.ToRational();
        return new VideoFormat(
            FormatNames.ToPixelFormat((AVPixelFormat)frame->format, out _),
            frame->width,
            frame->height,
            declared is { FrameRate.IsPositive: true } ? declared.FrameRate : new Rational(0, 1))
        {
            SampleAspectRatio = aspect.IsPositive ? aspect.Reduce() : declared?.SampleAspectRatio ?? new Rational(1, 1),
            Interlacing = _interlacing,
            Orientation = _orientation,
            Color = new ColorDescription(
                color.Range ?? declared?.Color.Range,
                color.Primaries ?? declared?.Color.Primaries,
                color.Transfer ?? declared?.Color.Transfer,
                color.Matrix ?? declared?.Color.Matrix),
        };
    }

    private readonly record struct PictureKey(
        int Format,
        int Width,
        int Height,
        Rational Aspect,
        AVColorRange Range,
        AVColorPrimaries Primaries,
        AVColorTransferCharacteristic Transfer,
        AVColorSpace Matrix,
        Orientation Orientation);
}
