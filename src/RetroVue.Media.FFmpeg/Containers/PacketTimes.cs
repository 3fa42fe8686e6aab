using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Computes the times of one stream's packets: the container's times exactly, each rounded once to the nanosecond. Missing times are
/// estimated; an estimated presentation time is marked.
/// </summary>
/// <remarks>
/// An estimate counts pictures at the nominal rate (for sound, durations) from the last known time, so rounding does not accumulate. If a
/// packet of sound repeats a time, it continues the one before. Sound packets of unknown duration have no time until the next known one. If
/// pictures are reordered, only the decoding time can be estimated in this way: a missing presentation time is derived from the order of
/// the pictures (<see cref="MissingPresentations"/>), or stays None. A decoding time that is later than the presentation, or not later than
/// the last one, is corrected.
/// </remarks>
internal sealed unsafe class PacketTimes(StreamInfo stream, FirstLook look = default) : IDisposable
{
    private const int MostRefusals = 4;

    private readonly Rational _timeBase = stream.TimeBase;
    private readonly Rational _frameRate = stream.Format.Video?.FrameRate ?? default;
    private readonly bool _hasVaryingDuration = UsualDuration(stream.Format).IsNone;
    private ClockTime _usualDuration = UsualDuration(stream.Format);
    private readonly DecodingTimes _decoding = new(look.HasFields ? (2 * stream.ReorderDepth) + 1 : stream.ReorderDepth);
    private readonly MissingPresentations? _missing = stream.IsReordered || look.Order is not null ? new MissingPresentations(stream, look) : null;
    private ClockTime _anchor = look.First ?? (stream.StartTime.IsNone ? ClockTime.Zero : ClockTime.None);
    private long _fields;
    private long _ticks;
    private long _lastStated = AV_NOPTS_VALUE;
    private long _lastEnd;
    private int _refusals;
    private bool _isCounted = true;
    private bool _hasBegun;

    /// <summary>Returns the times of the next packet.</summary>
    public PacketTime Next(AVPacket* packet)
    {
        var isEstimated = FollowsOn(packet);
        var ticks = _missing is null ? packet->pts : _missing.Next(packet);
        isEstimated |= ticks != packet->pts;
        var pts = ToTime(ticks);
        var dts = ToTime(DecodingTicks(ticks, packet));
        var order = !dts.IsNone ? dts : stream.IsReordered ? ClockTime.None : pts;
        if (order.IsNone)
        {
            order = Estimate(pts);
            dts = pts < order ? pts : order;
        }
        else
        {
            (_anchor, _fields, _ticks, _isCounted) = (order, 0, 0, true);
            dts = order;
        }

        if (pts.IsNone && !stream.IsReordered)
        {
            pts = order;
            isEstimated |= !order.IsNone;
        }

        _fields += _missing is { IsField: true } ? 1 : 2;
        var duration = DurationOf(packet);
        _isCounted &= !duration.IsNone;
        _ticks += packet->duration > 0 || duration.IsNone ? Math.Max(packet->duration, 0) : duration.ToUnits(_timeBase);
        return new PacketTime(pts, dts, duration, isEstimated);
    }

    /// <inheritdoc/>
    public void Dispose() => _missing?.Dispose();

    /// <summary>
    /// If a packet of sound has the same time as the one before it, and that has a duration, moves the packet to its end.
    /// </summary>
    private bool FollowsOn(AVPacket* packet)
    {
        if (stream.Format.Kind != MediaKind.Audio || packet->pts == AV_NOPTS_VALUE)
        {
            _lastStated = AV_NOPTS_VALUE;
            return false;
        }

        // A packet that is shorter than a tick may correctly have the same time as the one before.
        var isRepeated = packet->pts == _lastStated && _lastEnd > packet->pts + 1;
        _lastStated = packet->pts;
        if (isRepeated)
        {
            packet->pts = packet->dts = _lastEnd;
        }

        _lastEnd = packet->pts + packet->duration;
        return isRepeated;
    }

    /// <summary>Returns the container's decoding time, corrected if it is later than the presentation or does not grow.</summary>
    private long DecodingTicks(long presented, AVPacket* packet)
    {
        var given = GivenTicks(presented, packet);
        // Packets without a decoding time count too: they show how many pictures are held back at the first packet that has one.
        return presented != AV_NOPTS_VALUE && TryRepair(presented, given, packet->duration, out var dts)
            && (given != AV_NOPTS_VALUE || look.StepByPresentation is not null || look.Known is not null)
            ? dts
            : given;
    }

    /// <summary>
    /// Returns the container's decoding time. If a container has presentation times, its decoding times without one are guesses of
    /// libavformat, and may be later than the next given one.
    /// </summary>
    private long GivenTicks(long presented, AVPacket* packet)
    {
        var isFirst = !_hasBegun;
        _hasBegun = true;
        return packet->pts != AV_NOPTS_VALUE || look.Known is null ? packet->dts
            : isFirst && presented != AV_NOPTS_VALUE ? presented - ((look.Leading + stream.ReorderDepth) * (look.StepByPresentation ?? packet->duration))
            : AV_NOPTS_VALUE;
    }

    private bool TryRepair(long presented, long given, long duration, out long dts)
    {
        var (pts, step) = (presented, look.StepByPresentation ?? duration);
        dts = given;
        var isRepaired = _decoding.TryRepair(ref pts, ref dts, step);
        _refusals = isRepaired ? 0 : _refusals + 1;
        if (_refusals == MostRefusals)
        {
            // The times went back and stay there: they are the file's own, and the following times are corrected relative to them.
            _decoding.Restart();
            isRepaired = _decoding.TryRepair(ref pts, ref dts, step);
        }

        return isRepaired && dts <= presented;
    }

    /// <summary>Returns the decoding time after the last known one; derived from the presentation time if none is known yet.</summary>
    private ClockTime Estimate(ClockTime pts)
    {
        if (_anchor.IsNone)
        {
            // The first picture in decoding order is presented first, after as many pictures as reordering holds back. So the container's
            // decoding times, which begin later, continue these without a step.
            var delay = _frameRate.IsPositive ? ClockTime.FromUnits(stream.ReorderDepth, _frameRate.Inverse) : ClockTime.Zero;
            (_anchor, _fields, _ticks, _isCounted) = (pts - delay, 0, 0, true);
        }

        if (!_isCounted && stream.Format.Kind == MediaKind.Audio)
        {
            // Sound without any known time: the decoder counts the samples.
            return ClockTime.None;
        }

        return _anchor + (_frameRate.IsPositive
            ? ClockTime.FromUnits(_fields / 2, _frameRate.Inverse) + (_fields % 2 == 0 ? ClockTime.Zero : ClockTime.FromUnits(1, _frameRate.Inverse) / 2)
            : ClockTime.FromUnits(_ticks, _timeBase));
    }

    private ClockTime DurationOf(AVPacket* packet)
    {
        if (packet->duration <= 0)
        {
            // As in the last packet of a fragmented file, whose writer did not know the next one: with this duration the packet would be
            // dropped.
            return _usualDuration;
        }

        // The difference of two rounded times, so that the end equals the next packet's start to the nanosecond.
        var start = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts != AV_NOPTS_VALUE ? packet->dts : 0;
        var duration = ClockTime.FromUnits(start + packet->duration, _timeBase) - ClockTime.FromUnits(start, _timeBase);
        if (_hasVaryingDuration)
        {
            _usualDuration = duration;
        }

        return duration;
    }

    /// <summary>
    /// Returns the duration of each packet by the codec or the nominal rate; None if neither gives it, so that only the packet before can
    /// be used.
    /// </summary>
    private static ClockTime UsualDuration(EncodedFormat format) =>
        format is { FrameSize: > 0, Audio.SampleRate: > 0 } ? format.Audio.DurationOf(format.FrameSize)
        : format.Video is { FrameRate.IsPositive: true } video ? ClockTime.FromUnits(1, video.FrameRate.Inverse)
        : ClockTime.None;

    private ClockTime ToTime(long ticks) => ticks == AV_NOPTS_VALUE ? ClockTime.None : ClockTime.FromUnits(ticks, _timeBase);
}
