using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>An open encoder for pictures.</summary>
internal sealed unsafe class PictureSession(
    CodecContextHandle context,
    PacketPool packets,
    OutputPad output,
    EncoderOptions options,
    VideoFormat format) : EncoderSession(context, packets, output)
{
    // A muxer waits three seconds for the packets that the encoder holds; a gap is announced half a second late.
    private static readonly ClockTime s_longestHold = ClockTime.FromSeconds(1);

    private readonly PictureSource _source = new();
    private readonly PictureHeaders _headers = new(EncoderSetup.TimeBase(format));
    private readonly AVPixelFormat _pixels = FormatNames.ToNative(format.PixelFormat);

    public override bool MustEndIn(Gap gap)
    {
        // Longer at low rates: decoding times begin some pictures before the first, and must not lie before earlier packets.
        const int reordered = 4;
        var hold = format.FrameRate.IsPositive ? ClockTime.Max(s_longestHold, ClockTime.FromUnits(reordered, format.FrameRate.Inverse)) : s_longestHold;
        return gap.Pts + gap.Duration - _headers.LastEnd > hold;
    }

    public override void Add(MediaBuffer buffer)
    {
        var last = _headers.LastPts;
        var pts = !buffer.Pts.IsNone ? buffer.Pts : last.IsNone ? ClockTime.Zero : _headers.LastEnd;
        if (pts <= last)
        {
            Dropped++;
            return;
        }

        _source.Refer(Frame, buffer.Memory, _pixels, format.Width, format.Height);
        Frame->pict_type = MustBeKey(pts, last, buffer.Flags) ? AVPictureType.AV_PICTURE_TYPE_I : AVPictureType.AV_PICTURE_TYPE_NONE;
        Frame->pts = _headers.Add(pts, buffer);
        Frame->IsInterlaced = format.Interlacing != Interlacing.Progressive;
        Frame->IsTopFieldFirst = format.Interlacing == Interlacing.TopFieldFirst;
        Send();
    }

    public override void Dispose()
    {
        base.Dispose();
        _source.Dispose();
    }

    protected override void Stamp(AVPacket* packet, MediaBuffer buffer)
    {
        _headers.Restore(packet->pts, buffer);
        buffer.Dts = packet->dts == AV_NOPTS_VALUE ? ClockTime.None : _headers.TimeOf(packet->dts);
    }

    private bool MustBeKey(ClockTime pts, ClockTime last, BufferFlags flags)
    {
        var asking = options.FollowKeyFrames ? BufferFlags.Discontinuity | BufferFlags.KeyFrame : BufferFlags.Discontinuity;
        if (last.IsNone || (flags & asking) != BufferFlags.None)
        {
            return true;
        }

        long gop = options.GopDuration.IsNone ? 0 : options.GopDuration.Nanoseconds;
        return gop > 0 && FloorDivide(pts.Nanoseconds, gop) != FloorDivide(last.Nanoseconds, gop);
    }

    private static long FloorDivide(long value, long by) => value >= 0 ? value / by : -((by - 1 - value) / by);
}
