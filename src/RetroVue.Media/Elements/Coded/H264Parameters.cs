namespace RetroVue.Media.Elements.Coded;

/// <summary>The values of a stream's parameter sets (ITU-T H.264 7.3.2.1 and 7.3.2.2) that are needed to read slice headers.</summary>
internal sealed class H264Parameters
{
    private readonly Dictionary<uint, SequenceSet> _sequences = [];
    private readonly Dictionary<uint, PictureSet> _pictures = [];

    /// <summary>Reads a parameter set; ignores other units.</summary>
    /// <param name="unit">A unit as it is in the stream.</param>
    public void Take(ReadOnlySpan<byte> unit)
    {
        int type = unit[0] & 0x1F;
        if (type is not 7 and not 8)
        {
            return;
        }

        byte[] plain = new byte[unit.Length];
        var bits = new BitReader(plain.AsSpan(0, NalBytes.Unescape(unit[1..], plain)));
        if (type == 7)
        {
            TakeSequence(ref bits);
        }
        else
        {
            TakePicture(ref bits);
        }
    }

    /// <summary>Returns the sets that a slice refers to; null if they are missing or not supported here.</summary>
    public (SequenceSet Sequence, PictureSet Picture)? Find(uint pictureSet) =>
        _pictures.TryGetValue(pictureSet, out PictureSet? picture) && _sequences.TryGetValue(picture.Sequence, out SequenceSet? sequence)
            ? (sequence, picture)
            : null;

    /// <summary>Reads chroma_format_idc and the fields around it, in sets of profiles that have them.</summary>
    /// <param name="bits">The position is before these fields, which precede log2_max_frame_num_minus4.</param>
    /// <param name="profile">profile_idc.</param>
    /// <param name="hasPlanes">True if each plane is coded separately.</param>
    public static uint ReadChroma(ref BitReader bits, uint profile, out bool hasPlanes)
    {
        hasPlanes = false;
        if (profile is not (100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135))
        {
            return 1;
        }

        uint chroma = bits.Unsigned();
        hasPlanes = chroma == 3 && bits.Flag();
        bits.Unsigned();
        bits.Unsigned();
        bits.Flag();
        if (bits.Flag())
        {
            SkipScaling(ref bits, chroma == 3 ? 12 : 8);
        }

        return chroma;
    }

    private void TakeSequence(ref BitReader bits)
    {
        uint profile = bits.Bits(8);
        bits.Bits(16);
        uint id = bits.Unsigned();
        uint chroma = ReadChroma(ref bits, profile, out bool hasPlanes);
        int frameNumberBits = (int)bits.Unsigned() + 4;
        uint orderKind = bits.Unsigned();
        int orderBits = orderKind == 0 ? (int)bits.Unsigned() + 4 : 0;
        if (orderKind == 1)
        {
            // The order is counted in cycles of pictures, so no part of it can be omitted.
            _sequences.Remove(id);
            return;
        }

        bits.Unsigned();
        bits.Flag();
        bits.Unsigned();
        bits.Unsigned();
        bool hasFrames = bits.Flag();
        if (!bits.IsBeyondEnd && frameNumberBits is >= 4 and <= 16 && orderBits is 0 or >= 4 and <= 16)
        {
            _sequences[id] = new SequenceSet(chroma == 0 || hasPlanes, hasPlanes, frameNumberBits, orderBits, hasFrames);
        }
    }

    private static void SkipScaling(ref BitReader bits, int lists)
    {
        for (int list = 0; list < lists; list++)
        {
            int size = list < 6 ? 16 : 64, last = 8, next = 8;
            bool isPresent = bits.Flag();
            for (int i = 0; isPresent && i < size && next != 0; i++)
            {
                next = (last + bits.Signed() + 256) & 0xFF;
                last = next == 0 ? last : next;
            }
        }
    }

    private void TakePicture(ref BitReader bits)
    {
        uint id = bits.Unsigned();
        uint sequence = bits.Unsigned();
        bool isArithmetic = bits.Flag(), hasBottomOrder = bits.Flag();
        if (bits.Unsigned() > 0)
        {
            // Slice groups, of the extended and baseline profiles, have other slice headers.
            _pictures.Remove(id);
            return;
        }

        uint first = bits.Unsigned() + 1, second = bits.Unsigned() + 1;
        bool isWeighted = bits.Flag();
        uint weighting = bits.Bits(2);
        bits.Signed();
        bits.Signed();
        bits.Signed();
        bool hasDeblocking = bits.Flag();
        bits.Flag();
        bool hasRedundant = bits.Flag();
        if (!bits.IsBeyondEnd)
        {
            _pictures[id] = new PictureSet(sequence, isArithmetic, hasBottomOrder, first, second, isWeighted, weighting == 1, hasDeblocking, hasRedundant);
        }
    }

    /// <param name="HasNoChroma">True without chroma, or if each plane is coded separately.</param>
    /// <param name="HasPlanes">True if each plane is coded separately.</param>
    /// <param name="FrameNumberBits">Bits of frame_num.</param>
    /// <param name="OrderBits">Bits of pic_order_cnt_lsb; 0 if pictures are output in decoding order.</param>
    /// <param name="HasFramesOnly">True if there are no fields.</param>
    internal sealed record SequenceSet(bool HasNoChroma, bool HasPlanes, int FrameNumberBits, int OrderBits, bool HasFramesOnly);

    /// <param name="Sequence">The sequence parameter set.</param>
    /// <param name="IsArithmetic">True for CABAC.</param>
    /// <param name="HasBottomOrder">True if slices contain the order of bottom fields.</param>
    /// <param name="FirstReferences">The default number of entries of list 0.</param>
    /// <param name="SecondReferences">The default number of entries of list 1.</param>
    /// <param name="IsWeighted">True for weights in P slices.</param>
    /// <param name="IsWeightedBoth">True for explicit weights in B slices.</param>
    /// <param name="HasDeblocking">True if slices contain deblocking parameters.</param>
    /// <param name="HasRedundant">True if there may be redundant pictures.</param>
    internal sealed record PictureSet(
        uint Sequence,
        bool IsArithmetic,
        bool HasBottomOrder,
        uint FirstReferences,
        uint SecondReferences,
        bool IsWeighted,
        bool IsWeightedBoth,
        bool HasDeblocking,
        bool HasRedundant);
}
