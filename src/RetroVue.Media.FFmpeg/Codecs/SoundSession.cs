using System.Buffers.Binary;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.FFmpeg.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>An open encoder for sound: cuts buffers into frames of the encoder's size, without holes.</summary>
internal sealed unsafe class SoundSession(CodecContextHandle context, PacketPool packets, OutputPad output, AudioFormat format)
    : EncoderSession(context, packets, output)
{
    // A longer hole becomes a hole in the packets too; a shorter one costs less as silence than opening the encoder again.
    private static readonly ClockTime s_longestFill = ClockTime.FromSeconds(1);

    private readonly bool _isPlanar = format.SampleFormat.IsPlanar();
    private readonly int _bytesPerSample = format.SampleFormat.IsPlanar() ? format.SampleFormat.BytesPerSample() : format.BytesPerFrame;
    private readonly Rational _sampleTime = new(1, format.SampleRate);
    private readonly HeaderTrail _trail = new();
    private SampleLine _line = new(format.SampleRate);
    private ClockTime _start = ClockTime.None;
    private long _sent;
    private int _filled;

    public override bool MustEndBefore(MediaBuffer buffer) => _line.Deviation(buffer.Pts) > s_longestFill;

    public override bool MustEndIn(Gap gap) => _line.Deviation(gap.Pts + gap.Duration) > s_longestFill;

    public override void Add(MediaBuffer buffer)
    {
        int samples = SoundMemory.Samples(buffer.Memory, format);
        int skip = 0;
        Begin(buffer.Pts);
        var deviation = _line.Deviation(buffer.Pts);
        if (deviation > SampleLine.Tolerance)
        {
            Append(null, 0, _line.SamplesIn(deviation));
        }
        else if (deviation < -SampleLine.Tolerance)
        {
            skip = (int)Math.Min(-_line.SamplesIn(deviation), samples);
            Dropped += skip;
        }

        _trail.Add(buffer);
        Append(buffer.Memory, skip, samples - skip);
    }

    public override bool Fill(Gap gap)
    {
        var missing = _line.Deviation(gap.Pts + gap.Duration);
        if (missing <= ClockTime.Zero || missing > s_longestFill)
        {
            return false;
        }

        Append(null, 0, _line.SamplesIn(missing));
        return true;
    }

    protected override void Finish()
    {
        if (_filled > 0)
        {
            SendFilled();
        }
    }

    protected override void Stamp(AVPacket* packet, MediaBuffer buffer)
    {
        buffer.Pts = TimeOf(packet->pts);
        buffer.Dts = buffer.Pts;
        buffer.Duration = packet->duration > 0 ? TimeOf(packet->pts + packet->duration) - buffer.Pts : ClockTime.None;
        _trail.MarkStretch(buffer);
        if (packet->duration > 0 && packet->duration < Context->frame_size)
        {
            MarkPadding(packet, (uint)(Context->frame_size - packet->duration));
        }
    }

    // The padding of the last packet after the last real sample; FFmpeg's encoders declare it themselves from 7.1 on.
    private static void MarkPadding(AVPacket* packet, uint samples)
    {
        if (av_packet_get_side_data(packet, AVPacketSideDataType.AV_PKT_DATA_SKIP_SAMPLES, null) is null)
        {
            // libavcodec/packet.h: samples to skip from the start, then from the end, then two reasons.
            const int length = 10;
            var data = av_packet_new_side_data(packet, AVPacketSideDataType.AV_PKT_DATA_SKIP_SAMPLES, length);
            FFmpegErrors.ThrowIfNull(data, "Marking padding");
            var bytes = new Span<byte>(data, length);
            bytes.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[sizeof(uint)..], samples);
        }
    }

    private ClockTime TimeOf(long sample) => _start + ClockTime.FromUnits(sample, _sampleTime);

    private void Begin(ClockTime pts)
    {
        if (!_line.IsSet)
        {
            _start = pts.IsNone ? ClockTime.Zero : pts;
            _line.Restart(_start);
        }
    }

    // Null memory means silence.
    private void Append(MediaMemory? memory, int from, long count)
    {
        _line.Advance(count);
        while (count > 0)
        {
            if (_filled == 0)
            {
                Allocate(Context->frame_size > 0 ? Context->frame_size : (int)Math.Min(count, format.SampleRate));
            }

            int part = (int)Math.Min(count, Frame->nb_samples - _filled);
            if (memory is null)
            {
                av_samples_set_silence(Frame->extended_data, _filled, part, format.Layout.Channels, (AVSampleFormat)Frame->format)
                    .ThrowIfError("Writing silence");
            }
            else
            {
                Copy(memory, from, part);
                from += part;
            }

            _filled += part;
            count -= part;
            if (_filled == Frame->nb_samples)
            {
                SendFilled();
            }
        }
    }

    private void Allocate(int samples)
    {
        Frame->format = (int)Context->sample_fmt;
        Frame->sample_rate = format.SampleRate;
        Frame->nb_samples = samples;
        fixed (AVChannelLayout* layout = &Frame->ch_layout, wanted = &Context->ch_layout)
        {
            av_channel_layout_copy(layout, wanted).ThrowIfError("Allocating sound");
        }

        av_frame_get_buffer(Frame, 0).ThrowIfError("Allocating sound");
    }

    private void Copy(MediaMemory memory, int from, int count)
    {
        int bytes = count * _bytesPerSample;
        for (int i = 0; i < (_isPlanar ? format.Layout.Channels : 1); i++)
        {
            memory.Plane(i).Slice(from * _bytesPerSample, bytes).CopyTo(new Span<byte>(Frame->extended_data[i] + (_filled * _bytesPerSample), bytes));
        }
    }

    private void SendFilled()
    {
        Frame->nb_samples = _filled;
        Frame->pts = _sent;
        _sent += _filled;
        SilenceWhatIsNoSound();
        _filled = 0;
        Send();
    }

    private void SilenceWhatIsNoSound()
    {
        var samples = (AVSampleFormat)Frame->format;
        if (FiniteSound.IsFloat(samples))
        {
            for (int i = 0; i < (_isPlanar ? format.Layout.Channels : 1); i++)
            {
                Silenced += FiniteSound.Silence(new Span<byte>(Frame->extended_data[i], _filled * _bytesPerSample), samples);
            }
        }
    }
}
