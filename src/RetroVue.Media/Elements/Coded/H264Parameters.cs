namespace RetroVue.Media.Elements.Coded;

/// <summary>What of a stream's parameter sets (ITU-T H.264 7.3.2.1 and 7.3.2.2) is needed to read the beginning of its slices.</summary>
internal sealed class H264Parameters
{
    private readonly Dictionary<uint, SequenceSet> _sequences = [];
    private readonly Dictionary<uint, PictureSet> _pictures = [];

    /// <summary>Takes a parameter set; anything else is passed over.</summary>
    /// <param name="unit">A unit as it stands in the stream.</param>
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

    /// <summary>The sets that a slice names; null if they are not there or are of a kind that cannot be read here.</summary>
    public (SequenceSet Sequence, PictureSet Picture)? Find(uint pictureSet) =>
        _pictures.TryGetValue(pictureSet, out PictureSet? picture) && _sequences.TryGetValue(picture.Sequence, out SequenceSet? sequence)
            ? (sequence, picture)
            : null;

    /// <summary>Reads chroma_format_idc, and what stands with it in sets of profiles that have more than one kind.</summary>
    /// <param name="bits">Where it stands, before log2_max_frame_num_minus4.</param>
    /// <param name="profile">profile_idc.</param>
    /// <param name="hasPlanes">True if the planes are coded each by itself.</param>
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
            // Counted in cycles of pictures: no part of the count can be left out.
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
            // Groups of slices, of the extended and baseline profiles, whose slices begin in another way.
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

    /// <param name="HasNoChroma">True without chroma, or with planes that are coded each by itself.</param>
    /// <param name="HasPlanes">True if the planes are coded each by itself.</param>
    /// <param name="FrameNumberBits">Bits of frame_num.</param>
    /// <param name="OrderBits">Bits of pic_order_cnt_lsb; 0 where the order of output is that of decoding.</param>
    /// <param name="HasFramesOnly">True without fields.</param>
    internal sealed record SequenceSet(bool HasNoChroma, bool HasPlanes, int FrameNumberBits, int OrderBits, bool HasFramesOnly);

    /// <param name="Sequence">The sequence's set.</param>
    /// <param name="IsArithmetic">CABAC.</param>
    /// <param name="HasBottomOrder">True if the order of bottom fields is told.</param>
    /// <param name="FirstReferences">Entries of list 0 unless told.</param>
    /// <param name="SecondReferences">Entries of list 1 unless told.</param>
    /// <param name="IsWeighted">Weights in slices of prediction.</param>
    /// <param name="IsWeightedBoth">Weights in slices of prediction in both directions.</param>
    /// <param name="HasDeblocking">True if slices tell how they are deblocked.</param>
    /// <param name="HasRedundant">True if there may be pictures in reserve.</param>
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
