using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Tells when pictures are presented whose container does not say so, where that follows from the pictures before.</summary>
/// <remarks>
/// A program stream gives a time to the first picture that begins in each of its packets only. MPEG-1 and -2 pictures say their place in
/// presentation (temporal_reference, ISO/IEC 13818-2 6.3.9), counted from the group's first. A second field of its own follows on the
/// first as it does in decoding. Allocates nothing.
/// </remarks>
internal sealed unsafe class MissingPresentations(StreamInfo stream)
{
    /// <summary>Sequence and group headers, with the data of users between them, end well before.</summary>
    private const int MostHeaders = 4096;

    private const byte PictureStart = 0x00;
    private const byte GroupStart = 0xB8;
    private const int ReferenceModulus = 1024;

    private readonly bool _hasReferences = stream.Format.Codec is "mpeg1video" or "mpeg2video";
    private readonly bool _hasFields = stream.Format is { Codec: "h264" or "hevc", Video.Interlacing: not Interlacing.Progressive };
    private long _pts = AV_NOPTS_VALUE;
    private long _dts = AV_NOPTS_VALUE;
    private int _reference;
    private int _latest = -1;

    /// <summary>The packet's presentation time, or where it has none the one that follows; AV_NOPTS_VALUE where none does.</summary>
    /// <param name="packet">The packet that follows in decoding order.</param>
    /// <param name="step">How many ticks a picture lasts.</param>
    public long Next(AVPacket* packet, long step)
    {
        if (_hasReferences && TryReadReference(packet, out var reference, out var beginsGroup))
        {
            return ByReference(packet->pts, reference, beginsGroup, step);
        }

        var follows = _hasFields && packet->pts == AV_NOPTS_VALUE && packet->dts > _dts && _dts != AV_NOPTS_VALUE && _pts != AV_NOPTS_VALUE;
        var pts = follows ? _pts + (packet->dts - _dts) : packet->pts;
        // Only the second field follows on the first.
        (_pts, _dts) = follows ? (AV_NOPTS_VALUE, AV_NOPTS_VALUE) : (packet->pts, packet->dts);
        return pts;
    }

    private long ByReference(long pts, int reference, bool beginsGroup, long step)
    {
        if (beginsGroup)
        {
            _reference -= _latest + 1;
            _latest = -1;
        }

        _latest = Math.Max(_latest, reference);
        if (pts == AV_NOPTS_VALUE && _pts != AV_NOPTS_VALUE && step > 0)
        {
            var after = beginsGroup || reference - _reference < ReferenceModulus / 2 ? reference - _reference : reference - _reference - ReferenceModulus;
            return _pts + (after * step);
        }

        (_pts, _reference) = (pts, reference);
        return pts;
    }

    private static bool TryReadReference(AVPacket* packet, out int reference, out bool beginsGroup)
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
}
