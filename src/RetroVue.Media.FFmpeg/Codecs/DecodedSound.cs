using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Processes decoded sound. libavcodec has already removed the samples that the packets' side data skips.</summary>
internal sealed unsafe class DecodedSound(OutputPad output, EncodedFormat encoded) : DecodedOutput(output)
{
    private SoundKey _key;
    private SampleLine _line = new(Math.Max(encoded.Audio?.SampleRate ?? 0, 1));

    public override bool IsBeforeSegment(MediaBuffer packet) => false;

    public override void Push(FrameMemory memory, bool packetHadTime)
    {
        var frame = memory.Frame;
        if (frame->nb_samples <= 0 || frame->sample_rate <= 0)
        {
            memory.Release();
            return;
        }

        Announce(frame);
        var flags = (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0 ? BufferFlags.Corrupt : BufferFlags.None;
        var stamp = ClockTime.FromNanoseconds(frame->best_effort_timestamp);
        if (stamp.IsNone && !packetHadTime)
        {
            flags |= BufferFlags.EstimatedTime;
        }

        if (!_line.IsSet)
        {
            _line.Restart(stamp.IsNone ? Segment.Start : stamp);
        }
        else if (_line.Deviation(stamp).Abs() > SampleLine.Tolerance)
        {
            _line.Restart(stamp);
            flags |= BufferFlags.Discontinuity;
        }

        var start = _line.Next;
        int samples = frame->nb_samples;
        long early = Math.Clamp(_line.SamplesIn(Segment.Start - start), 0, samples);
        long late = Segment.Stop.IsNone ? 0 : Math.Clamp(samples - _line.SamplesIn(Segment.Stop - start), 0, samples);
        if (early + late >= samples)
        {
            memory.Release();
        }
        else
        {
            memory.Cut((int)early, (int)late);
            var pts = _line.After(early);
            Emit(memory, pts, _line.After(samples - late) - pts, flags);
        }

        _line.Advance(samples);
    }

    protected override void Mark(MediaBuffer decoded, HeaderTrail packets) => packets.MarkStretch(decoded);

    protected override void OnRestart() => _line.Restart(ClockTime.None);

    private void Announce(AVFrame* frame)
    {
        var key = new SoundKey(frame->format, frame->sample_rate, frame->ch_layout.order, frame->ch_layout.nb_channels, frame->ch_layout.u_mask);
        if (key == _key)
        {
            return;
        }

        if (key.Rate != _key.Rate)
        {
            var next = _line.Next;
            _line = new SampleLine(key.Rate);
            _line.Restart(next);
        }

        _key = key;
        var format = new AudioFormat(
            FormatNames.ToSampleFormat((AVSampleFormat)frame->format),
            frame->sample_rate,
            FormatNames.ToLayout(ref frame->ch_layout));
        if (!format.Equals(Output.Format))
        {
            Output.Push(new FormatChanged(format));
        }
    }

    private readonly record struct SoundKey(int Format, int Rate, AVChannelOrder Order, int Channels, ulong Mask);
}
