using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>One stream of a file that is written: its format, and where its buffers lie on the container's line.</summary>
internal sealed unsafe class MuxedStream(InputPad input)
{
    /// <summary>Coarser ticks, such as Matroska's milliseconds, cannot hold the decoding times of some files, and such containers keep none.</summary>
    private const int LeastTicksForDecodingTimes = 10_000;

    private DecodingTimes? _times;
    private long _lastSound = DecodingTimes.None;
    private long _lastWritten = DecodingTimes.None;
    private long _repaired;
    private long _refused;

    /// <summary>Where it comes in.</summary>
    public InputPad Input => input;

    /// <summary>The format announced first; null before. Of the thread that pushes.</summary>
    public EncodedFormat? First { get; set; }

    /// <summary>The format of the packets that are taken now; null before it was taken, in its place among them.</summary>
    public EncodedFormat? Format { get; set; }

    /// <summary>The format that stands in the header; null if it is not in the file.</summary>
    public EncodedFormat? Written { get; private set; }

    /// <summary>The segment of the buffers that are taken now.</summary>
    public Segment Segment { get; set; } = Segment.Default;

    /// <summary>Its number in the file; -1 where no format came in time.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>The tick that the muxer chose, known once the header is written.</summary>
    public Rational TimeBase { get; set; }

    /// <summary>
    /// The tick to ask the muxer for: a sample of sound; of a picture 1/90000, or what its frame rate counts in where that does not divide.
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

    /// <summary>True if the muxer takes packets of one decoding time; known once the header is written.</summary>
    public bool MayRepeat { get; set; }

    /// <summary>Packets whose times were wrong and were put right (<see cref="DecodingTimes"/>).</summary>
    public long Repaired => _repaired + (_times?.Repaired ?? 0);

    /// <summary>Packets left out, because they would be presented before what has been decoded already.</summary>
    public long Refused => _refused + (_times?.Refused ?? 0);

    /// <summary>Enters a file, as the format is now.</summary>
    public void Enter(int index)
    {
        (_repaired, _refused, _times) = (Repaired, Refused, null);
        (_lastSound, _lastWritten) = (DecodingTimes.None, DecodingTimes.None);
        (Written, Index) = (Format, index);
    }

    /// <summary>Writes a buffer's running times from a file's beginning on, each rounded once to the tick and put right where they are wrong.</summary>
    /// <returns>False if that cannot be, and the packet is to be left out.</returns>
    public bool TryStamp(AVPacket* packet, MediaBuffer buffer, ClockTime beginning)
    {
        var pts = (Segment.ToRunningTime(buffer.Pts) - beginning).ToTicks(TimeBase);
        var dts = buffer.Dts.IsNone ? DecodingTimes.None : (Segment.ToRunningTime(buffer.Dts) - beginning).ToTicks(TimeBase);
        var isSound = Format!.Kind == MediaKind.Audio;
        var step = isSound && _lastSound != DecodingTimes.None ? pts - _lastSound : 0;
        // An MP4 takes no more than this, and would leave out a last packet that took no time: that lasts as long as the one before.
        var duration = Math.Clamp(buffer.Duration.IsNone ? step : (Segment.ToRunningTime(buffer.End) - beginning).ToTicks(TimeBase) - pts, 0, int.MaxValue);
        _lastSound = pts;
        if (isSound && !MayRepeat && duration <= 1 && step >= 0 && pts <= _lastWritten)
        {
            // Packets shorter than the tick of a container that counts packets, as AVI does, need a tick each.
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
