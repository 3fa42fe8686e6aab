namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// The positions of fields in a slice header (ITU-T H.264 7.3.3) that depend on earlier pictures, in bits after the unit's first byte.
/// </summary>
internal ref struct H264Slice
{
    private const int MostOperations = 64;

    public H264Parameters.SequenceSet Sequence { get; private set; }

    public H264Parameters.PictureSet Picture { get; private set; }

    /// <summary>True for the intra slices of pictures.</summary>
    public bool IsIntra { get; private set; }

    public uint FrameNumber { get; private set; }

    public int FrameNumberAt { get; private set; }

    public bool IsField { get; private set; }

    public bool IsBottom { get; private set; }

    /// <summary>The position of idr_pic_id.</summary>
    public int IdentityAt { get; private set; }

    /// <summary>pic_order_cnt_lsb; its position is that of idr_pic_id.</summary>
    public uint Order { get; private set; }

    /// <summary>How much later the bottom field of a frame is shown.</summary>
    public int BottomOrder { get; private set; }

    /// <summary>The position of dec_ref_pic_marking.</summary>
    public int MarkingAt { get; private set; }

    /// <summary>The position after dec_ref_pic_marking.</summary>
    public int MarkingEnd { get; private set; }

    /// <summary>The position after the header.</summary>
    public int HeaderEnd { get; private set; }

    /// <summary>True if the marking names pictures.</summary>
    public bool IsMarkingAdaptive { get; private set; }

    /// <summary>Reads the slice header of a picture that is not an IDR picture; false if it cannot be read.</summary>
    /// <param name="header">The unit's first byte.</param>
    /// <param name="plain">The rest of the unit, without prevention bytes.</param>
    /// <param name="parameters">The stream's parameters.</param>
    /// <param name="slice">The slice.</param>
    public static bool TryRead(byte header, ReadOnlySpan<byte> plain, H264Parameters parameters, out H264Slice slice)
    {
        slice = default;
        var bits = new BitReader(plain);
        bits.Unsigned();
        uint kind = bits.Unsigned() % 5;
        if (kind > 2 || parameters.Find(bits.Unsigned()) is not { } sets)
        {
            return false;
        }

        (slice.Sequence, slice.Picture) = sets;
        slice.IsIntra = kind == 2;
        bits.Bits(slice.Sequence.HasPlanes ? 2 : 0);
        slice.FrameNumberAt = bits.Position;
        slice.FrameNumber = bits.Bits(slice.Sequence.FrameNumberBits);
        slice.IsField = !slice.Sequence.HasFramesOnly && bits.Flag();
        slice.IsBottom = slice.IsField && bits.Flag();
        slice.IdentityAt = bits.Position;
        slice.Order = bits.Bits(slice.Sequence.OrderBits);
        if (slice.Sequence.OrderBits > 0 && slice.Picture.HasBottomOrder && !slice.IsField)
        {
            slice.BottomOrder = bits.Signed();
        }

        if (slice.Picture.HasRedundant)
        {
            bits.Unsigned();
        }

        if (kind != 2)
        {
            SkipReferences(ref bits, slice.Sequence, slice.Picture, isBoth: kind == 1);
        }

        slice.MarkingAt = bits.Position;
        if ((header & 0x60) != 0)
        {
            slice.IsMarkingAdaptive = bits.Flag();
            bool isOver = !slice.IsMarkingAdaptive;
            for (int left = MostOperations; !isOver && left > 0; left--)
            {
                isOver = ReadOperation(ref bits).Operation == 0;
            }

            if (!isOver)
            {
                return false;
            }
        }

        slice.MarkingEnd = bits.Position;
        if (slice.Picture.IsArithmetic && kind != 2)
        {
            bits.Unsigned();
        }

        bits.Signed();
        if (slice.Picture.HasDeblocking && bits.Unsigned() != 1)
        {
            bits.Signed();
            bits.Signed();
        }

        slice.HeaderEnd = bits.Position;
        return !bits.IsBeyondEnd;
    }

    /// <summary>Reads memory_management_control_operation and its operands.</summary>
    public static (uint Operation, uint First, uint Second) ReadOperation(ref BitReader bits)
    {
        uint operation = bits.Unsigned();
        uint first = operation is 1 or 2 or 3 or 4 or 6 ? bits.Unsigned() : 0;
        return (operation, first, operation == 3 ? bits.Unsigned() : 0);
    }

    private static void SkipReferences(ref BitReader bits, H264Parameters.SequenceSet sequence, H264Parameters.PictureSet picture, bool isBoth)
    {
        if (isBoth)
        {
            bits.Flag();
        }

        (uint first, uint second) = (picture.FirstReferences, picture.SecondReferences);
        if (bits.Flag())
        {
            first = bits.Unsigned() + 1;
            second = isBoth ? bits.Unsigned() + 1 : second;
        }

        for (int list = isBoth ? 2 : 1; list > 0; list--)
        {
            bool isChanged = bits.Flag();
            for (int left = MostOperations; isChanged && left > 0 && bits.Unsigned() != 3; left--)
            {
                bits.Unsigned();
            }
        }

        if (isBoth ? picture.IsWeightedBoth : picture.IsWeighted)
        {
            bits.Unsigned();
            if (!sequence.HasNoChroma)
            {
                bits.Unsigned();
            }

            SkipWeights(ref bits, first, !sequence.HasNoChroma);
            SkipWeights(ref bits, isBoth ? second : 0, !sequence.HasNoChroma);
        }
    }

    private static void SkipWeights(ref BitReader bits, uint count, bool hasChroma)
    {
        for (; count > 0 && !bits.IsBeyondEnd; count--)
        {
            for (int left = bits.Flag() ? 2 : 0; left > 0; left--)
            {
                bits.Signed();
            }

            for (int left = hasChroma && bits.Flag() ? 4 : 0; left > 0; left--)
            {
                bits.Signed();
            }
        }
    }
}
