using System.Buffers.Binary;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// H.264 and HEVC as byte stream (annex B of either). It inserts an access unit delimiter first, which ISO/IEC 13818-1 2.14.1 and 2.17.1
/// require, and before each key frame's slices the kinds of parameter sets that the packet does not contain, in the order of their
/// dependence. Its input is byte stream or units with length prefixes, as in MP4.
/// </summary>
internal sealed class NalPackaging : Packaging
{
    /// <summary>The rank of units that come after all parameter sets; each kind of parameter set has a lower rank of its own.</summary>
    private const int AfterSets = 3;

    private readonly Codec _codec;

    /// <summary>The container's parameter sets by rank, each as byte stream; empty if it has none of a kind.</summary>
    private readonly byte[][] _sets;

    /// <summary>One bit for each rank of which the container has parameter sets.</summary>
    private readonly int _kinds;

    /// <summary>The number of bytes of the length prefix; 0 if the packets are byte stream.</summary>
    private readonly int _lengthSize;

    private NalPackaging(EncodedFormat format, byte streamType, Codec codec, byte[] parameterSets, int lengthSize)
        : base(format, streamType, 0xE0)
    {
        (_codec, _lengthSize) = (codec, lengthSize);
        _sets = Sort(parameterSets);
        for (int rank = 0; rank < _sets.Length; rank++)
        {
            _kinds |= _sets[rank].Length > 0 ? 1 << rank : 0;
        }
    }

    /// <summary>
    /// Makes the packaging for H.264. The parameter sets may be an avcC record (ISO/IEC 14496-15 5.3.3.1), byte stream or empty.
    /// </summary>
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

    /// <summary>
    /// Makes the packaging for HEVC. The parameter sets may be an hvcC record (ISO/IEC 14496-15 8.3.3.1), byte stream or empty.
    /// </summary>
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

    /// <summary>Adds units that have a length of 16 bits, as byte stream.</summary>
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
        int unit = NextUnit(data, 0);
        if (unit == data.Length || !IsDelimiter(data[unit]))
        {
            pes.Add(Delimiter);
        }

        int written = 0;
        for (int missing = buffer.IsKeyFrame ? MissingIn(data) : 0; missing != 0 && unit < data.Length; unit = NextUnit(data, unit))
        {
            int due = DueBefore(data[unit], missing);
            if (due != 0)
            {
                // The start code belongs to its unit, including a fourth byte if there is one.
                int start = unit - 3 > written && data[unit - 4] == 0 ? unit - 4 : unit - 3;
                pes.Add(buffer, written, start - written);
                AddSets(pes, due);
                missing &= ~due;
                written = start;
            }
        }

        pes.Add(buffer, written, data.Length - written);
    }

    private void AddLengthPrefixed(PesPacket pes, MediaBuffer buffer)
    {
        ReadOnlySpan<byte> data = buffer.Data;
        int missing = buffer.IsKeyFrame ? MissingIn(data) : 0;
        bool isFirst = true;
        for (int at = 0; TryReadUnit(data, ref at, out int start, out int length);)
        {
            byte header = data[start];
            bool isDelimiter = IsDelimiter(header);
            if (isFirst && !isDelimiter)
            {
                pes.Add(Delimiter);
            }

            int due = DueBefore(header, missing);
            AddSets(pes, due);
            missing &= ~due;
            // Annex B.1.2 of H.264 and B.2.2 of HEVC: four bytes before parameter sets and the first unit; three are enough before other
            // units.
            pes.AddStartCode((isFirst && isDelimiter) || RankOf(header) < AfterSets ? 4 : 3);
            pes.Add(buffer, start, length);
            isFirst = false;
        }
    }

    /// <summary>Returns the ranks of parameter sets that the container has, but the packet does not have before its first slice.</summary>
    private int MissingIn(ReadOnlySpan<byte> data)
    {
        int missing = _kinds;
        if (_lengthSize == 0)
        {
            for (int at = NextUnit(data, 0); missing != 0 && at < data.Length && !IsSlice(data[at]); at = NextUnit(data, at))
            {
                missing &= ~(1 << RankOf(data[at]));
            }
        }
        else
        {
            for (int at = 0; missing != 0 && TryReadUnit(data, ref at, out int start, out int _) && !IsSlice(data[start]);)
            {
                missing &= ~(1 << RankOf(data[start]));
            }
        }

        return missing;
    }

    /// <summary>Returns those of the missing ranks that belong before a unit: the lower ones.</summary>
    private int DueBefore(byte header, int missing) => IsDelimiter(header) ? 0 : missing & ((1 << RankOf(header)) - 1);

    private void AddSets(PesPacket pes, int ranks)
    {
        for (int rank = 0; rank < _sets.Length; rank++)
        {
            pes.Add((ranks & (1 << rank)) != 0 ? _sets[rank] : []);
        }
    }

    /// <summary>Sorts parameter sets by kind. Other units among them, such as an encoder's message, stay with the last kind.</summary>
    private byte[][] Sort(ReadOnlySpan<byte> byteStream)
    {
        var sorted = new List<byte>[AfterSets];
        for (int rank = 0; rank < sorted.Length; rank++)
        {
            sorted[rank] = [];
        }

        for (int unit = NextUnit(byteStream, 0); unit < byteStream.Length;)
        {
            int next = NextUnit(byteStream, unit);
            ReadOnlySpan<byte> bytes = byteStream[unit..(next < byteStream.Length || byteStream.EndsWith((ReadOnlySpan<byte>)[0, 0, 1]) ? next - 3 : next)].TrimEnd((byte)0);
            if (!bytes.IsEmpty && !IsDelimiter(bytes[0]))
            {
                sorted[Math.Min(RankOf(bytes[0]), AfterSets - 1)].AddRange([0, 0, 0, 1, .. bytes]);
            }

            unit = next;
        }

        return [.. sorted.Select(kind => kind.ToArray())];
    }

    /// <summary>
    /// Reads one unit with a length prefix. If the length reaches past the packet's end, the tail was lost; the unit is the rest of the
    /// packet.
    /// </summary>
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

    /// <summary>
    /// Returns the position after the next start code at or after <paramref name="at"/>; the length of the data if there is none.
    /// </summary>
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

    /// <summary>Returns 0 for video, 1 for sequence and 2 for picture parameter sets: each depends on those before it.</summary>
    private int RankOf(byte header) => (_codec, TypeOf(header)) switch
    {
        (Codec.Hevc, 32) => 0,
        (Codec.H264, 7) or (Codec.Hevc, 33) => 1,
        (Codec.H264, 8) or (Codec.Hevc, 34) => 2,
        _ => AfterSets,
    };

    private enum Codec
    {
        H264,
        Hevc,
    }
}
