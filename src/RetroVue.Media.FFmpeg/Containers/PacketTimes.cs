using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Tells the times of one stream's packets: the container's exactly, each rounded once to the nanosecond, and if it has none an
/// estimate; of a presentation time that is marked.
/// </summary>
/// <remarks>
/// An estimate counts pictures at the nominal rate (of sound, durations) from the last time that was known, so it does not gather
/// rounding. Sound that repeats a time follows on what is before it. Sound of which nobody says how long a packet is stays without a time
/// until the next that is known. Of a stream that is shown in another order than it is decoded in, only the decoding time can be told that way:
/// a missing presentation time follows from the order of the pictures (<see cref="MissingPresentations"/>), or stays None. A decoding time that
/// is later than the presentation, or not later than the last, is put right.
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

    /// <summary>The times of the next packet.</summary>
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

    /// <summary>Moves a packet of sound that has the same time as the one before it to where that one ends, if it says how long it is.</summary>
    private bool FollowsOn(AVPacket* packet)
    {
        if (stream.Format.Kind != MediaKind.Audio || packet->pts == AV_NOPTS_VALUE)
        {
            _lastStated = AV_NOPTS_VALUE;
            return false;
        }

        // A packet that is shorter than a tick may well have the time of the one before.
        var isRepeated = packet->pts == _lastStated && _lastEnd > packet->pts + 1;
        _lastStated = packet->pts;
        if (isRepeated)
        {
            packet->pts = packet->dts = _lastEnd;
        }

        _lastEnd = packet->pts + packet->duration;
        return isRepeated;
    }

    /// <summary>The container's decoding time, put right where it is later than the presentation or does not grow.</summary>
    private long DecodingTicks(long presented, AVPacket* packet)
    {
        var given = GivenTicks(presented, packet);
        // Packets without a decoding time count too: what is held back at the first one that has it is told by those before.
        return presented != AV_NOPTS_VALUE && TryRepair(presented, given, packet->duration, out var dts)
            && (given != AV_NOPTS_VALUE || look.StepByPresentation is not null || look.Known is not null)
            ? dts
            : given;
    }

    /// <summary>
    /// The container's decoding time. One that gives presentation times gives no decoding time alone: that is libavformat's guess, which may
    /// be later than the next one that is given.
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
            // The times went back and stay there: they are the file's own, and what follows is put right among itself.
            _decoding.Restart();
            isRepaired = _decoding.TryRepair(ref pts, ref dts, step);
        }

        return isRepaired && dts <= presented;
    }

    /// <summary>The decoding time that follows from the last known one; from the presentation time where nothing was known yet.</summary>
    private ClockTime Estimate(ClockTime pts)
    {
        if (_anchor.IsNone)
        {
            // What is decoded first is shown first, after as many pictures as reordering holds back: the decoding times of the container,
            // which begin later, follow without a step.
            var delay = _frameRate.IsPositive ? ClockTime.FromUnits(stream.ReorderDepth, _frameRate.Inverse) : ClockTime.Zero;
            (_anchor, _fields, _ticks, _isCounted) = (pts - delay, 0, 0, true);
        }

        if (!_isCounted && stream.Format.Kind == MediaKind.Audio)
        {
            // Of sound that nothing is known of: its decoder counts the samples.
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
            // As of the last packet of a fragmented file, whose writer knew no next one: whoever goes by it would leave that packet out.
            return _usualDuration;
        }

        // As the difference of two rounded times, so that the end is the next packet's start to the nanosecond.
        var start = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts != AV_NOPTS_VALUE ? packet->dts : 0;
        var duration = ClockTime.FromUnits(start + packet->duration, _timeBase) - ClockTime.FromUnits(start, _timeBase);
        if (_hasVaryingDuration)
        {
            _usualDuration = duration;
        }

        return duration;
    }

    /// <summary>What the codec or the nominal rate says of every packet; None if neither does, and the packet before is all there is to go by.</summary>
    private static ClockTime UsualDuration(EncodedFormat format) =>
        format is { FrameSize: > 0, Audio.SampleRate: > 0 } ? format.Audio.DurationOf(format.FrameSize)
        : format.Video is { FrameRate.IsPositive: true } video ? ClockTime.FromUnits(1, video.FrameRate.Inverse)
        : ClockTime.None;

    private ClockTime ToTime(long ticks) => ticks == AV_NOPTS_VALUE ? ClockTime.None : ClockTime.FromUnits(ticks, _timeBase);
}
