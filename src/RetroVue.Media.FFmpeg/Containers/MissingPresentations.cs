using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Derives presentation times that the container does not contain from the order of the pictures.</summary>
/// <remarks>
/// A program stream has a time only for the first picture that begins in each of its packets; a broadcast has none for the second field of
/// a picture; AVI, ASF and raw streams have none at all. The pictures themselves contain their order: MPEG-1 and MPEG-2
/// (temporal_reference, ISO/IEC 13818-2 6.3.9) counted from the group's first picture, H.264 and HEVC (picture order count) counted from
/// the last picture at which decoding can begin, MPEG-4 Part 2 as a time. Allocates nothing.
/// </remarks>
internal sealed unsafe class MissingPresentations(StreamInfo stream, FirstLook look) : IDisposable
{
    /// <summary>Sequence and group headers, including user data between them, are shorter.</summary>
    private const int MostHeaders = 4096;

    private const byte PictureStart = 0x00;
    private const byte GroupStart = 0xB8;
    private const int ReferenceModulus = 1024;

    private readonly bool _hasReferences = stream.Format.Codec is "mpeg1video" or "mpeg2video";
    private readonly Rational _frameRate = stream.Format.Video?.FrameRate ?? default;
    private readonly long _unit = Math.Max(look.Unit, 1);
    private readonly bool _isContinuous = look.Order is { IsContinuous: true };

    /// <summary>A presentation time and the order of its picture, on the same count as the last picture's.</summary>
    private long _pts = look.Known?.Pts ?? AV_NOPTS_VALUE;
    private long _order = look.Known?.Order ?? 0;
    private long _latest = long.MinValue;
    private bool _hasBegun;
    private bool _hasTimes = look.Known is not null;

    /// <summary>True if the last packet was one field, and the other field has a packet of its own.</summary>
    public bool IsField => look.Order is { IsField: true };

    /// <summary>Returns the packet's presentation time, or a derived one; AV_NOPTS_VALUE if neither is known.</summary>
    /// <param name="packet">The next packet in decoding order.</param>
    public long Next(AVPacket* packet)
    {
        long order;
        bool begins;
        if (look.Order is { } counts)
        {
            if (counts.Read(packet) is not { } count)
            {
                return packet->pts;
            }

            order = count;
            begins = !_isContinuous && (packet->flags & AV_PKT_FLAG_KEY) != 0 && order <= 0;
        }
        else if (!_hasReferences || !TryReadReference(packet, out order, out begins))
        {
            return packet->pts;
        }

        if (begins && _hasBegun)
        {
            // Pictures of a new count are presented after all pictures of the count before.
            _order -= _latest + _unit;
            _latest = long.MinValue;
        }

        _latest = Math.Max(_latest, order);
        if (packet->pts != AV_NOPTS_VALUE)
        {
            (_pts, _order, _hasTimes) = (packet->pts, order, true);
        }
        else if (MustBegin(packet, order, begins))
        {
            // If the container has only decoding times, the first picture is presented when as many pictures as are held back have been
            // decoded.
            var decoded = packet->dts != AV_NOPTS_VALUE ? packet->dts : 0;
            (_pts, _order) = (decoded + Ticks(stream.ReorderDepth * _unit, packet), !_hasBegun ? look.Lowest : _isContinuous ? order : 0);
        }

        _hasBegun = true;
        return packet->pts != AV_NOPTS_VALUE ? packet->pts : _pts == AV_NOPTS_VALUE ? AV_NOPTS_VALUE : _pts + Ticks(After(order, begins), packet);
    }

    /// <summary>Reads an MPEG-1 or MPEG-2 picture's place in its group (temporal_reference).</summary>
    public static bool TryReadReference(AVPacket* packet, out long reference, out bool beginsGroup)
    {
        var data = new ReadOnlySpan<byte>(packet->data, Math.Min(packet->size, MostHeaders));
        beginsGroup = false;
        for (var at = 0; data[at..].IndexOf("\0\0\u0001"u8) is >= 0 and var next && at + next + 6 <= data.Length;)
        {
            at += next + 3;
            if (data[at] == PictureStart)
            {
                reference = (data[at + 1] << 2) | (data[at + 2] >> 6);
                return true;
            }

            beginsGroup |= data[at] == GroupStart;
        }

        reference = 0;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => look.Order?.Dispose();

    /// <summary>Returns whether the count begins, or begins again, at a picture without a presentation time.</summary>
    private bool MustBegin(AVPacket* packet, long order, bool begins)
    {
        if (packet->dts == AV_NOPTS_VALUE)
        {
            return !_hasTimes && !_hasBegun && stream.StartTime.IsNone;
        }

        // Times in pictures may jump at points where files were joined, by more than any decoder holds pictures back.
        return _isContinuous && _hasBegun
            ? (packet->flags & AV_PKT_FLAG_KEY) != 0 && Math.Abs(_pts + Ticks(order - _order, packet) - packet->dts) > Ticks((DecodingTimes.MostReordering + 1) * _unit, packet)
            : !_hasTimes && (begins || !_hasBegun);
    }

    private long After(long order, bool begins)
    {
        var after = order - _order;
        return _hasReferences && !begins && after >= ReferenceModulus / 2 ? after - ReferenceModulus : after;
    }

    /// <summary>Converts an amount of order to the container's ticks.</summary>
    private long Ticks(long order, AVPacket* packet) => look.FrameStep == 0 && _frameRate.IsPositive
        ? ClockTime.FromNanoseconds(ClockTime.FromUnits(order, _frameRate.Inverse).Nanoseconds / _unit).ToUnits(stream.TimeBase)
        : order * (look.FrameStep > 0 ? look.FrameStep : Math.Max(packet->duration, 0)) / _unit;
}
