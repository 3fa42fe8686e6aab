using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// AAC with an ADTS header (ISO/IEC 13818-7 6.2) before each frame, made from the AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). Frames
/// that have a header already are passed on unchanged.
/// </summary>
internal sealed class AdtsPackaging : Packaging
{
    private const int HeaderLength = 7;
    private const int MaxFrameLength = (1 << 13) - 1;

    /// <summary>The header with a frame length of zero; empty if frames have their own.</summary>
    private readonly byte[] _header;

    public AdtsPackaging(EncodedFormat format)
        : base(format, 0x0F, 0xC0, usualFrameSize: 1024) => _header = format.ParameterSets.IsEmpty ? [] : HeaderFrom(format.ParameterSets.Span);

    public override int LengthOf(MediaBuffer buffer) => buffer.Data.Length + (NeedsHeader(buffer) ? HeaderLength : 0);

    public override void AddTo(PesPacket pes, MediaBuffer buffer)
    {
        if (NeedsHeader(buffer))
        {
            int length = buffer.Data.Length + HeaderLength;
            Span<byte> header = stackalloc byte[HeaderLength];
            _header.CopyTo(header);
            header[3] |= (byte)(length >> 11);
            header[4] = (byte)(length >> 3);
            header[5] |= (byte)(length << 5);
            pes.Add(header);
        }

        base.AddTo(pes, buffer);
    }

    private bool NeedsHeader(MediaBuffer buffer)
    {
        int length = buffer.Data.Length;
        return _header.Length > 0 && length + HeaderLength <= MaxFrameLength && !IsWholeFrames(buffer.Data);
    }

    /// <summary>True if the packet consists of one or more frames, each with its header.</summary>
    private static bool IsWholeFrames(ReadOnlySpan<byte> data)
    {
        while (data.Length >= HeaderLength && data[0] == 0xFF && (data[1] & 0xF6) == 0xF0)
        {
            int length = ((data[3] & 3) << 11) | (data[4] << 3) | (data[5] >> 5);
            if (length < HeaderLength || length > data.Length)
            {
                return false;
            }

            data = data[length..];
            if (data.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] HeaderFrom(ReadOnlySpan<byte> config)
    {
        const int spectralBandReplication = 5;
        const int parametricStereo = 29;
        const int explicitRate = 15;
        var bits = new BitReader(config);
        int type = (int)bits.Bits(5);
        int rate = (int)bits.Bits(4);
        bits.Skip(rate == explicitRate ? 24 : 0);
        int channels = (int)bits.Bits(4);
        if (type is spectralBandReplication or parametricStereo)
        {
            bits.Skip(bits.Bits(4) == explicitRate ? 24 : 0);
            type = (int)bits.Bits(5);
        }

        if (type is < 1 or > 4 || rate >= 13 || channels is 0 or > 7 || bits.IsBeyondEnd)
        {
            throw new ArgumentException(
                $"AAC of object type {type}, rate index {rate} and channel configuration {channels} cannot be described by an ADTS header.",
                nameof(config));
        }

        // Sync word, MPEG-4, layer 0, no CRC; profile, rate, channels; buffer fullness "variable rate"; one frame.
        return
        [
            0xFF, 0xF1, (byte)(((type - 1) << 6) | (rate << 2) | (channels >> 2)), (byte)((channels & 3) << 6), 0, 0x1F, 0xFC,
        ];
    }
}
