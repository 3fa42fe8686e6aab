using System.Numerics;

namespace RetroVue.Media.Elements.Coded;

/// <summary>Writes bits, highest first, and the codes of ITU-T H.264 9.1, into a span that is large enough.</summary>
internal ref struct BitWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>The number of bits written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Writes the lowest bits of a number; at most 32.</summary>
    public void Bits(uint value, int count)
    {
        while (count > 0)
        {
            int at = Position >> 3, used = Position & 7;
            int now = Math.Min(8 - used, count);
            count -= now;
            uint bits = (value >> count) & ((1u << now) - 1);
            _target[at] = (byte)((used == 0 ? 0 : _target[at]) | (int)(bits << (8 - used - now)));
            Position += now;
        }
    }

    /// <summary>Writes a ue(v).</summary>
    public void Unsigned(uint value)
    {
        int length = BitOperations.Log2(value + 1);
        Bits(0, length);
        Bits(value + 1, length + 1);
    }

    /// <summary>Copies bits of other data.</summary>
    /// <param name="source">The data.</param>
    /// <param name="from">The number of the first bit.</param>
    /// <param name="to">The number of the bit after the last.</param>
    public void Copy(ReadOnlySpan<byte> source, int from, int to)
    {
        while (from < to)
        {
            int used = from & 7;
            int now = Math.Min(8 - used, to - from);
            Bits((uint)(source[from >> 3] >> (8 - used - now)), now);
            from += now;
        }
    }

    /// <summary>Fills the present byte with ones, then writes whole bytes.</summary>
    public void AlignAndCopy(ReadOnlySpan<byte> bytes)
    {
        int missing = -Position & 7;
        Bits(0xFF, missing);
        bytes.CopyTo(_target[(Position >> 3)..]);
        Position += bytes.Length * 8;
    }
}
