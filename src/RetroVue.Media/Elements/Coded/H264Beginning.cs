using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Turns a part of an H.264 stream that begins with an intra picture into a stream of its own: that picture becomes an IDR picture, and
/// counters in all pictures up to the next IDR picture are changed to count from it.
/// </summary>
/// <remarks>
/// Only slice headers change, so the decoded pictures are bit-exact the same: nal_unit_type and idr_pic_id of the first picture, and in all
/// pictures frame_num, pic_order_cnt_lsb and the memory management operations that name pictures before the first (ITU-T H.264 7.3.3,
/// 7.3.3.3). The numbers of dropped leading pictures stay unused: decoders fill these gaps with pictures that nothing refers to.
/// </remarks>
internal sealed class H264Beginning
{
    /// <summary>An unusual value, so that it differs from that of pictures next to it (7.4.3, idr_pic_id).</summary>
    private const uint Identity = 6;

    /// <summary>The largest growth of headers, in bytes.</summary>
    private const int Growth = 64;

    private const byte TypeMask = 0x1F;
    private const byte Slice = 1;
    private const byte IdrSlice = 5;

    private readonly H264Parameters _parameters = new();
    private readonly int _lengthSize;
    private byte[] _packet = [];
    private byte[] _plain = [];
    private byte[] _changed = [];
    private uint _firstNumber;
    private uint _firstOrder;
    private uint _latest;
    private uint _longTerm;
    private bool _isFirstBottom;
    private bool _isFirstField;
    private bool _endsAfter;

    /// <summary>Makes a beginning for packets of a format.</summary>
    public H264Beginning(EncodedFormat format)
    {
        _lengthSize = NalUnits.LengthSizeOf(format);
        ReadOnlySpan<byte> sets = format.ParameterSets.Span;
        if (_lengthSize == 0)
        {
            for (var units = new NalUnits(sets, 0); units.MoveNext();)
            {
                _parameters.Take(units.Unit);
            }
        }
        else
        {
            TakeRecord(sets);
        }
    }

    /// <summary>True while pictures still have to be changed.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Changes the first picture; false if no change is necessary or possible.</summary>
    /// <param name="packet">The picture.</param>
    /// <param name="changed">The changed picture; valid until the next call.</param>
    public bool TryBegin(ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> changed)
    {
        (IsActive, _endsAfter, _latest, _longTerm) = (false, false, 0, 0);
        changed = default;
        for (var units = new NalUnits(packet, _lengthSize); units.MoveNext();)
        {
            _parameters.Take(units.Unit);
            if ((units.Unit[0] & TypeMask) is not Slice)
            {
                if ((units.Unit[0] & TypeMask) == IdrSlice)
                {
                    return false;
                }

                continue;
            }

            if (!H264Slice.TryRead(units.Unit[0], Plain(units.Unit), _parameters, out H264Slice slice) || !slice.IsIntra || (units.Unit[0] & 0x60) == 0)
            {
                return false;
            }

            (_firstNumber, _isFirstField, _isFirstBottom) = (slice.FrameNumber, slice.IsField, slice.IsBottom);
            _firstOrder = slice.Order + (uint)Math.Min(slice.BottomOrder, 0);
            IsActive = true;
            return TryChange(packet, isFirst: true, out changed);
        }

        return false;
    }

    /// <summary>Changes a following picture; false if no change is necessary.</summary>
    /// <param name="packet">The picture.</param>
    /// <param name="changed">The changed picture; valid until the next call.</param>
    public bool TryFollow(ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> changed) => TryChange(packet, isFirst: false, out changed);

    private bool TryChange(ReadOnlySpan<byte> packet, bool isFirst, out ReadOnlySpan<byte> changed)
    {
        changed = default;
        int written = 0, copied = 0;
        for (var units = new NalUnits(packet, _lengthSize); units.MoveNext();)
        {
            ReadOnlySpan<byte> unit = units.Unit;
            _parameters.Take(unit);
            int type = unit[0] & TypeMask;
            if (type == IdrSlice)
            {
                // From here on the stream needs no changes.
                IsActive = false;
                return false;
            }

            if (type != Slice)
            {
                continue;
            }

            int length = Change(unit, isFirst);
            if (length == 0)
            {
                continue;
            }

            Reserve(ref _packet, packet.Length + ((length + Growth) * 2) + written);
            int until = _lengthSize == 0 ? units.Start : units.Begin;
            written += Append(packet[copied..until], written);
            int place = written + _lengthSize;
            int size = NalBytes.Escape(_changed.AsSpan(0, length), _packet.AsSpan(place));
            for (int i = 0; i < _lengthSize; i++)
            {
                _packet[written + i] = (byte)(size >> (8 * (_lengthSize - 1 - i)));
            }

            written = place + size;
            copied = units.End;
        }

        IsActive &= !_endsAfter;
        if (copied == 0)
        {
            return false;
        }

        Reserve(ref _packet, written + packet.Length);
        written += Append(packet[copied..], written);
        changed = _packet.AsSpan(0, written);
        return true;
    }

    private int Append(ReadOnlySpan<byte> bytes, int at)
    {
        bytes.CopyTo(_packet.AsSpan(at));
        return bytes.Length;
    }

    /// <summary>Writes a changed slice without prevention bytes; returns its length, or 0 if it cannot be read.</summary>
    private int Change(ReadOnlySpan<byte> unit, bool isFirst)
    {
        ReadOnlySpan<byte> plain = Plain(unit);
        if (!H264Slice.TryRead(unit[0], plain, _parameters, out H264Slice slice))
        {
            return 0;
        }

        (H264Parameters.SequenceSet sequence, H264Parameters.PictureSet picture) = (slice.Sequence, slice.Picture);
        // The second field of the first frame refers to the first field, so it is not an IDR picture.
        bool becomesIdr = isFirst && slice.IsIntra && slice.IsField == _isFirstField && slice.IsBottom == _isFirstBottom;
        uint number = (slice.FrameNumber - _firstNumber) & ((1u << sequence.FrameNumberBits) - 1);
        _latest += (number - _latest) & ((1u << sequence.FrameNumberBits) - 1);
        Reserve(ref _changed, plain.Length + Growth);
        _changed[0] = becomesIdr ? (byte)((unit[0] & ~TypeMask) | IdrSlice) : unit[0];
        var writer = new BitWriter(_changed.AsSpan(1));
        writer.Copy(plain, 0, slice.FrameNumberAt);
        writer.Bits(number, sequence.FrameNumberBits);
        writer.Copy(plain, slice.FrameNumberAt + sequence.FrameNumberBits, slice.IdentityAt);
        if (becomesIdr)
        {
            writer.Unsigned(Identity);
        }

        writer.Bits(slice.Order - _firstOrder, sequence.OrderBits);
        writer.Copy(plain, slice.IdentityAt + sequence.OrderBits, slice.MarkingAt);
        if (becomesIdr)
        {
            // no_output_of_prior_pics_flag and long_term_reference_flag.
            writer.Bits(0, 2);
        }
        else if (slice.IsMarkingAdaptive)
        {
            CopyMarking(ref writer, plain, slice);
        }
        else
        {
            writer.Copy(plain, slice.MarkingAt, slice.MarkingEnd);
        }

        writer.Copy(plain, slice.MarkingEnd, slice.HeaderEnd);
        if (picture.IsArithmetic)
        {
            // The data begins at a byte boundary, after ones (7.3.4), and may be followed by zeros without meaning.
            writer.AlignAndCopy(plain[((slice.HeaderEnd + 7) >> 3)..].TrimEnd((byte)0));
            return 1 + (writer.Position >> 3);
        }

        int end = EndOf(plain);
        writer.Copy(plain, slice.HeaderEnd, end);
        writer.Bits(0, -writer.Position & 7);
        return 1 + (writer.Position >> 3);
    }

    /// <summary>Copies the memory management operations except those that name pictures before the first.</summary>
    private void CopyMarking(ref BitWriter writer, ReadOnlySpan<byte> plain, H264Slice slice)
    {
        var reader = new BitReader(plain);
        reader.Skip(slice.MarkingAt);
        writer.Bits(reader.Bits(1), 1);
        // Fields count two per frame (8.2.4.1).
        long current = slice.IsField ? (2 * (long)_latest) + 1 : _latest;
        while (true)
        {
            int from = reader.Position;
            (uint operation, uint first, uint second) = H264Slice.ReadOperation(ref reader);
            bool isKept = operation switch
            {
                1 or 3 => current - first - 1 >= 0,
                2 => (_longTerm & Bit(slice.IsField ? first >> 1 : first)) != 0,
                _ => true,
            };
            if (isKept)
            {
                writer.Copy(plain, from, reader.Position);
                _longTerm |= operation switch
                {
                    3 => Bit(second),
                    6 => Bit(first),
                    _ => 0,
                };
                _endsAfter |= operation == 5;
            }

            if (operation == 0 || reader.IsBeyondEnd)
            {
                return;
            }
        }

        static uint Bit(uint index) => index < 32 ? 1u << (int)index : 0;
    }

    /// <summary>Returns the position after a unit's last bit, which is its stop bit (7.3.2.11).</summary>
    private static int EndOf(ReadOnlySpan<byte> plain)
    {
        int last = plain.LastIndexOfAnyExcept((byte)0);
        return last < 0 ? 0 : ((last + 1) * 8) - System.Numerics.BitOperations.TrailingZeroCount((uint)plain[last]);
    }

    private ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> unit)
    {
        Reserve(ref _plain, unit.Length);
        return _plain.AsSpan(0, NalBytes.Unescape(unit[1..], _plain));
    }

    /// <summary>Reads the parameter sets of an avcC record (ISO/IEC 14496-15 5.3.3.1).</summary>
    private void TakeRecord(ReadOnlySpan<byte> record)
    {
        int at = 5;
        for (int kind = 0; kind < 2 && at < record.Length; kind++)
        {
            int count = record[at++] & (kind == 0 ? 0x1F : 0xFF);
            for (; count > 0 && at + 2 < record.Length; count--)
            {
                int length = (record[at] << 8) | record[at + 1];
                at += 2;
                if (length == 0 || at + length > record.Length)
                {
                    return;
                }

                _parameters.Take(record.Slice(at, length));
                at += length;
            }
        }
    }

    /// <summary>Enlarges an array and keeps its content.</summary>
    private static void Reserve(ref byte[] bytes, int length)
    {
        if (bytes.Length < length)
        {
            Array.Resize(ref bytes, length * 2);
        }
    }
}
