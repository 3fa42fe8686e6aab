using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// How packets of one codec are stored in a PES: the stream type, the descriptors, and the bytes around each packet. One for each format;
/// it keeps no state of the stream.
/// </summary>
internal abstract class Packaging
{
    private readonly int _frameSize;
    private readonly int _sampleRate;

    protected Packaging(EncodedFormat format, byte streamType, byte streamId, int usualFrameSize = 0, byte[]? descriptors = null)
    {
        StreamType = streamType;
        StreamId = streamId;
        Descriptors = descriptors ?? [];
        _frameSize = format.FrameSize > 0 ? format.FrameSize : usualFrameSize;
        _sampleRate = format.Audio?.SampleRate ?? 0;
    }

    /// <summary>stream_type, ISO/IEC 13818-1 table 2-34.</summary>
    public byte StreamType { get; }

    /// <summary>stream_id, table 2-22.</summary>
    public byte StreamId { get; }

    /// <summary>The descriptors of the stream's entry in the PMT.</summary>
    public byte[] Descriptors { get; }

    /// <summary>Returns the number of bytes that a packet occupies in the PES; only called for sound.</summary>
    public virtual int LengthOf(MediaBuffer buffer) => buffer.Data.Length;

    /// <summary>Adds a packet to a PES, which holds the buffer.</summary>
    public virtual void AddTo(PesPacket pes, MediaBuffer buffer) => pes.Add(buffer, 0, buffer.Data.Length);

    /// <summary>
    /// Returns the time from the first frame to the frame after <paramref name="count"/> frames; None if frames have no known size.
    /// </summary>
    public ClockTime OffsetOf(int count) => _frameSize > 0 && _sampleRate > 0
        ? ClockTime.FromUnits((long)count * _frameSize, new Rational(1, _sampleRate))
        : ClockTime.None;

    /// <summary>Returns the packaging for a format, or null if a transport stream cannot carry the format.</summary>
    /// <exception cref="ArgumentException">The codec is supported, but the parameter sets are damaged or not supported.</exception>
    public static Packaging? For(EncodedFormat format) => format.Codec switch
    {
        "h264" => NalPackaging.ForH264(format),
        "hevc" => NalPackaging.ForHevc(format),
        "mpeg1video" => new MpegVideoPackaging(format, 0x01),
        "mpeg2video" => new MpegVideoPackaging(format, 0x02),
        "aac" => new AdtsPackaging(format),
        "mp1" => MpegAudio(format, 384, 384),
        "mp2" => MpegAudio(format, 1152, 1152),
        "mp3" => MpegAudio(format, 1152, 576),
        // ATSC A/52 annex A.4: stream types 0x81 and 0x87; DVB receivers recognise them by the registration descriptor.
        "ac3" => new PlainPackaging(format, 0x81, 0xBD, 1536, [0x05, 4, .. "AC-3"u8]),
        "eac3" => new PlainPackaging(format, 0x87, 0xBD, 1536, [0x05, 4, .. "EAC3"u8]),
        _ => null,
    };

    /// <summary>ISO/IEC 13818-3 adds sampling rates below 32 kHz, with a stream type of their own, to those of 11172-3.</summary>
    private static PlainPackaging MpegAudio(EncodedFormat format, int frameSize, int frameSizeAtLowRates) =>
        format.Audio is { SampleRate: < 32_000 }
            ? new PlainPackaging(format, 0x04, 0xC0, frameSizeAtLowRates)
            : new PlainPackaging(format, 0x03, 0xC0, frameSize);
}
