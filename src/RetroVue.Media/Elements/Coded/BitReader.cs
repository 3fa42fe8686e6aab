namespace RetroVue.Media.Elements.Coded;

/// <summary>Reads bits, highest first, and the codes of ITU-T H.264 9.1. After the end it reads zeros.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private const int LongestCode = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The number of the next bit.</summary>
    public int Position { get; private set; }

    /// <summary>True if more bits were read than there are.</summary>
    public readonly bool IsBeyondEnd => Position > _bytes.Length * 8;

    private readonly int BeyondEnd => (_bytes.Length * 8) + 1;

    /// <summary>Skips bits.</summary>
    public void Skip(int count) => Position = (int)Math.Min((long)Position + count, BeyondEnd);

    /// <summary>Reads the next bits, at most 32, as a number. An invalid count from damaged data moves the position past the end.</summary>
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

    /// <summary>Reads the next bit.</summary>
    public bool Flag() => Bits(1) != 0;

    /// <summary>Reads a ue(v).</summary>
    public uint Unsigned()
    {
        int zeros = 0;
        while (!Flag())
        {
            if (++zeros > LongestCode)
            {
                // No valid code is as long: the data is damaged, or has ended.
                Position = BeyondEnd;
                return 0;
            }
        }

        return (uint)((1UL << zeros) - 1 + Bits(zeros));
    }

    /// <summary>Reads a se(v).</summary>
    public int Signed()
    {
        uint code = Unsigned();
        return (code & 1) != 0 ? (int)((code + 1) >> 1) : -(int)(code >> 1);
    }
}
