using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>One stream of an output file: its format, and the times of its buffers on the container's line.</summary>
internal sealed unsafe class MuxedStream(InputPad input)
{
    /// <summary>
    /// Coarser ticks, such as Matroska's milliseconds, cannot represent the decoding times of some files, and such containers store none.
    /// </summary>
    private const int LeastTicksForDecodingTimes = 10_000;

    private DecodingTimes? _times;
    private long _lastSound = DecodingTimes.None;
    private long _lastWritten = DecodingTimes.None;
    private long _repaired;
    private long _refused;

    /// <summary>The input of the stream.</summary>
    public InputPad Input => input;

    /// <summary>The first announced format; null before. Only for the pushing thread.</summary>
    public EncodedFormat? First { get; set; }

    /// <summary>The format of the next packets; null until it is taken in its order among them.</summary>
    public EncodedFormat? Format { get; set; }

    /// <summary>The format in the file's header; null if the stream is not in the file.</summary>
    public EncodedFormat? Written { get; private set; }

    /// <summary>The segment of the next buffers.</summary>
    public Segment Segment { get; set; } = Segment.Default;

    /// <summary>Its number in the file; -1 if no format came in time.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>The tick that the muxer chose, known once the header is written.</summary>
    public Rational TimeBase { get; set; }

    /// <summary>
    /// Returns the tick to request from the muxer: a sample of sound; for a picture 1/90000, or the unit of its frame rate if 1/90000 does
    /// not divide it.
    /// </summary>
    public static Rational WishedTimeBase(EncodedFormat format)
    {
        const int common = 90_000;
        if (format.Audio is { SampleRate: > 0 } audio)
        {
            return new Rational(1, audio.SampleRate);
        }

        return format.Video is { FrameRate: { IsPositive: true } rate } && (long)common * rate.Denominator % rate.Numerator != 0
            ? new Rational(1, rate.Numerator)
            : new Rational(1, common);
    }

    /// <summary>True if the muxer accepts packets with the same decoding time; known once the header is written.</summary>
    public bool MayRepeat { get; set; }

    /// <summary>The number of packets whose wrong times were corrected (<see cref="DecodingTimes"/>).</summary>
    public long Repaired => _repaired + (_times?.Repaired ?? 0);

    /// <summary>The number of packets dropped because they would be presented before media that has already been decoded.</summary>
    public long Refused => _refused + (_times?.Refused ?? 0);

    /// <summary>Adds the stream to a file, with its present format.</summary>
    public void Enter(int index)
    {
        (_repaired, _refused, _times) = (Repaired, Refused, null);
        (_lastSound, _lastWritten) = (DecodingTimes.None, DecodingTimes.None);
        (Written, Index) = (Format, index);
    }

    /// <summary>
    /// Sets a packet's times to a buffer's running times, relative to a file's beginning; each is rounded once to the tick and corrected if
    /// wrong.
    /// </summary>
    /// <returns>False if correction is not possible, and the packet has to be dropped.</returns>
    public bool TryStamp(AVPacket* packet, MediaBuffer buffer, ClockTime beginning)
    {
        var pts = (Segment.ToRunningTime(buffer.Pts) - beginning).ToTicks(TimeBase);
        var dts = buffer.Dts.IsNone ? DecodingTimes.None : (Segment.ToRunningTime(buffer.Dts) - beginning).ToTicks(TimeBase);
        var isSound = Format!.Kind == MediaKind.Audio;
        var step = isSound && _lastSound != DecodingTimes.None ? pts - _lastSound : 0;
        // This is an MP4's maximum. It would drop a last packet of duration zero, so that gets the duration of the one before.
        var duration = Math.Clamp(buffer.Duration.IsNone ? step : (Segment.ToRunningTime(buffer.End) - beginning).ToTicks(TimeBase) - pts, 0, int.MaxValue);
        _lastSound = pts;
        if (isSound && !MayRepeat && duration <= 1 && step >= 0 && pts <= _lastWritten)
        {
            // In a container that counts packets, as AVI does, packets shorter than the tick need one tick each.
            pts = dts = _lastWritten + 1;
        }

        _times ??= new DecodingTimes(Format.ReorderDepth, (long)TimeBase.Numerator * LeastTicksForDecodingTimes > TimeBase.Denominator, MayRepeat && isSound);
        if (!_times.TryRepair(ref pts, ref dts, duration))
        {
            return false;
        }

        packet->pts = pts;
        packet->dts = _lastWritten = dts;
        packet->duration = duration;
        packet->stream_index = Index;
        packet->pos = -1;
        return true;
    }
}
