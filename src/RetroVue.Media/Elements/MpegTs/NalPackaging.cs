using System.Buffers.Binary;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// H.264 and HEVC as byte stream (annex B of either): an access unit delimiter first, which ISO/IEC 13818-1 2.14.1 and 2.17.1 ask for,
/// and the parameter sets before each key frame where they are not in band. Takes byte stream, and length-prefixed units as MP4 has them.
/// </summary>
internal sealed class NalPackaging : Packaging
{
    private readonly Codec _codec;
    private readonly byte[] _parameterSets;

    /// <summary>Bytes of the length before each unit; 0 where the packets are byte stream.</summary>
    private readonly int _lengthSize;

    private NalPackaging(EncodedFormat format, byte streamType, Codec codec, byte[] parameterSets, int lengthSize)
        : base(format, streamType, 0xE0) => (_codec, _parameterSets, _lengthSize) = (codec, parameterSets, lengthSize);

    /// <summary>For H.264, whose parameter sets are an avcC record (ISO/IEC 14496-15 5.3.3.1), byte stream or nothing.</summary>
    public static NalPackaging ForH264(EncodedFormat format)
    {
        ReadOnlySpan<byte> sets = format.ParameterSets.Span;
        if (IsByteStream(sets))
        {
            return new NalPackaging(format, 0x1B, Codec.H264, sets.ToArray(), 0);
        }

        try
        {
            var units = new List<byte>();
            int at = 6;
            at = AddUnits(units, sets, at, sets[5] & 0x1F);
            AddUnits(units, sets, at + 1, sets[at]);
            return new NalPackaging(format, 0x1B, Codec.H264, [.. units], (sets[4] & 3) + 1);
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new ArgumentException($"The avcC record of {format} ends too early.", nameof(format), exception);
        }
    }

    /// <summary>For HEVC, whose parameter sets are an hvcC record (ISO/IEC 14496-15 8.3.3.1), byte stream or nothing.</summary>
    public static NalPackaging ForHevc(EncodedFormat format)
    {
        ReadOnlySpan<byte> sets = format.ParameterSets.Span;
        if (IsByteStream(sets))
        {
            return new NalPackaging(format, 0x24, Codec.Hevc, sets.ToArray(), 0);
        }

        try
        {
            var units = new List<byte>();
            int at = 23;
            for (int array = 0; array < sets[22]; array++)
            {
                at = AddUnits(units, sets, at + 3, BinaryPrimitives.ReadUInt16BigEndian(sets[(at + 1)..]));
            }

            return new NalPackaging(format, 0x24, Codec.Hevc, [.. units], (sets[21] & 3) + 1);
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new ArgumentException($"The hvcC record of {format} ends too early.", nameof(format), exception);
        }
    }

    public override void AddTo(PesPacket pes, MediaBuffer buffer)
    {
        if (_lengthSize == 0)
        {
            AddByteStream(pes, buffer);
        }
        else
        {
            AddLengthPrefixed(pes, buffer);
        }
    }

    private static bool IsByteStream(ReadOnlySpan<byte> sets) => sets.IsEmpty || sets[0] == 0;

    /// <summary>Adds units with 16 bits of length each, as byte stream.</summary>
    private static int AddUnits(List<byte> target, ReadOnlySpan<byte> record, int at, int count)
    {
        for (; count > 0; count--)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(record[at..]);
            target.AddRange([0, 0, 0, 1, .. record.Slice(at + 2, length)]);
            at += 2 + length;
        }

        return at;
    }

    private void AddByteStream(PesPacket pes, MediaBuffer buffer)
    {
        ReadOnlySpan<byte> data = buffer.Data;
        int first = NextUnit(data, 0);
        int rest = 0;
        if (first < data.Length && IsDelimiter(data[first]))
        {
            int next = NextUnit(data, first);
            rest = next < data.Length ? next - 3 : data.Length;
            pes.Add(buffer, 0, rest);
        }
        else
        {
            pes.Add(Delimiter);
        }

        if (buffer.IsKeyFrame && !HasParameterSets(data))
        {
            pes.Add(_parameterSets);
        }

        pes.Add(buffer, rest, data.Length - rest);
    }

    private void AddLengthPrefixed(PesPacket pes, MediaBuffer buffer)
    {
        ReadOnlySpan<byte> data = buffer.Data;
        bool needsSets = buffer.IsKeyFrame && !HasParameterSets(data);
        bool isFirst = true;
        for (int at = 0; TryReadUnit(data, ref at, out int start, out int length);)
        {
            byte header = data[start];
            if (isFirst)
            {
                isFirst = false;
                bool isDelimiter = IsDelimiter(header);
                if (isDelimiter)
                {
                    pes.AddStartCode(4);
                    pes.Add(buffer, start, length);
                }
                else
                {
                    pes.Add(Delimiter);
                }

                pes.Add(needsSets ? _parameterSets : []);
                if (isDelimiter)
                {
                    continue;
                }
            }

            // Annex B.1.2 of H.264 and B.2.2 of HEVC: four bytes before parameter sets and the first unit, else three will do.
            pes.AddStartCode(IsParameterSet(header) ? 4 : 3);
            pes.Add(buffer, start, length);
        }
    }

    private bool HasParameterSets(ReadOnlySpan<byte> data)
    {
        if (_lengthSize == 0)
        {
            for (int at = NextUnit(data, 0); at < data.Length && !IsSlice(data[at]); at = NextUnit(data, at))
            {
                if (IsParameterSet(data[at]))
                {
                    return true;
                }
            }
        }
        else
        {
            for (int at = 0; TryReadUnit(data, ref at, out int start, out int _) && !IsSlice(data[start]);)
            {
                if (IsParameterSet(data[start]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Reads one length-prefixed unit; a length beyond the packet's end means that its tail was lost, and takes what is there.</summary>
    private bool TryReadUnit(ReadOnlySpan<byte> data, ref int at, out int start, out int length)
    {
        length = 0;
        start = at;
        while (length == 0)
        {
            start = at + _lengthSize;
            if (start >= data.Length)
            {
                return false;
            }

            uint size = 0;
            for (int i = 0; i < _lengthSize; i++)
            {
                size = (size << 8) | data[at + i];
            }

            length = (int)Math.Min(size, (uint)(data.Length - start));
            at = start + length;
        }

        return true;
    }

    /// <summary>The place after the next start code at or behind <paramref name="at"/>; the length where there is none.</summary>
    private static int NextUnit(ReadOnlySpan<byte> data, int at)
    {
        ReadOnlySpan<byte> startCode = [0, 0, 1];
        int found = data[at..].IndexOf(startCode);
        return found < 0 ? data.Length : at + found + startCode.Length;
    }

    private ReadOnlySpan<byte> Delimiter => _codec == Codec.H264 ? [0, 0, 0, 1, 0x09, 0xF0] : [0, 0, 0, 1, 0x46, 0x01, 0x50];

    private int TypeOf(byte header) => _codec == Codec.H264 ? header & 0x1F : (header >> 1) & 0x3F;

    private bool IsDelimiter(byte header) => TypeOf(header) == (_codec == Codec.H264 ? 9 : 35);

    private bool IsSlice(byte header) => _codec == Codec.H264 ? TypeOf(header) is >= 1 and <= 5 : TypeOf(header) <= 31;

    private bool IsParameterSet(byte header) => _codec == Codec.H264 ? TypeOf(header) is 7 or 8 : TypeOf(header) is >= 32 and <= 34;

    private enum Codec
    {
        H264,
        Hevc,
    }
}
