namespace RetroVue.Media.Elements.Coded;

/// <summary>Reads bits from the highest on, and the codes of ITU-T H.264 9.1. Beyond the end there are zeros.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private const int LongestCode = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The number of the bit that is read next.</summary>
    public int Position { get; private set; }

    /// <summary>True if more was read than there is.</summary>
    public readonly bool IsBeyondEnd => Position > _bytes.Length * 8;

    private readonly int BeyondEnd => (_bytes.Length * 8) + 1;

    /// <summary>Goes over bits.</summary>
    public void Skip(int count) => Position = (int)Math.Min((long)Position + count, BeyondEnd);

    /// <summary>The next bits as a number; at most 32. A count that damaged data told, of which there is no number, leads beyond the end.</summary>
    public uint Bits(int count)
    {
        if (count is < 0 or > 32 || IsBeyondEnd)
        {
            Position = BeyondEnd;
            return 0;
        }

        uint value = 0;
        for (; count > 0; count--)
        {
            int at = Position >> 3;
            value = (value << 1) | (at < _bytes.Length ? (uint)(_bytes[at] >> (7 - (Position & 7))) & 1 : 0);
            Position++;
        }

        return value;
    }

    /// <summary>The next bit.</summary>
    public bool Flag() => Bits(1) != 0;

    /// <summary>ue(v).</summary>
    public uint Unsigned()
    {
        int zeros = 0;
        while (!Flag())
        {
            if (++zeros > LongestCode)
            {
                // No code is as long: the data is damaged, or over.
                Position = BeyondEnd;
                return 0;
            }
        }

        return (uint)((1UL << zeros) - 1 + Bits(zeros));
    }

    /// <summary>se(v).</summary>
    public int Signed()
    {
        uint code = Unsigned();
        return (code & 1) != 0 ? (int)((code + 1) >> 1) : -(int)(code >> 1);
    }
}
