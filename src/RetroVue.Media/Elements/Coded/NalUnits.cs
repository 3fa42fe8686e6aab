using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Enumerates the units of a packet of H.264 or HEVC: of a byte stream (annex B of either), or units with a length prefix, as in MP4.
/// </summary>
/// <param name="data">The packet.</param>
/// <param name="lengthSize">The number of bytes of the length prefix; 0 for a byte stream.</param>
internal ref struct NalUnits(ReadOnlySpan<byte> data, int lengthSize)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _next;

    /// <summary>The position of the unit's start code or length prefix, including zeros before it.</summary>
    public int Begin { get; private set; }

    /// <summary>The position of the unit.</summary>
    public int Start { get; private set; }

    /// <summary>The position after the unit.</summary>
    public int End { get; private set; }

    /// <summary>The unit.</summary>
    public readonly ReadOnlySpan<byte> Unit => _data[Start..End];

    /// <summary>Returns the number of bytes of the length prefix in a format's packets; 0 for a byte stream.</summary>
    public static int LengthSizeOf(EncodedFormat format)
    {
        ReadOnlySpan<byte> sets = format.ParameterSets.Span;
        int at = format.Codec == "h264" ? 4 : 21;
        return sets.Length <= at || sets[0] == 0 ? 0 : (sets[at] & 3) + 1;
    }

    /// <summary>Moves to the next unit that is not empty; false if there is none.</summary>
    public bool MoveNext()
    {
        do
        {
            Begin = End;
            if (!(lengthSize == 0 ? FindStartCode() : ReadLength()))
            {
                return false;
            }
        }
        while (Start == End);

        return true;
    }

    private bool FindStartCode()
    {
        ReadOnlySpan<byte> startCode = [0, 0, 1];
        if (_next == 0 && !Find(startCode))
        {
            return false;
        }

        if (_next >= _data.Length)
        {
            return false;
        }

        Start = _next;
        int end = Find(startCode) ? _next - startCode.Length : _data.Length;
        // A unit never ends with a zero (7.4.1): trailing zeros belong to the next start code.
        while (end > Start && _data[end - 1] == 0)
        {
            end--;
        }

        End = end;
        return true;
    }

    /// <summary>Moves to the position after the next start code, or to the end if there is none.</summary>
    private bool Find(ReadOnlySpan<byte> startCode)
    {
        int found = _data[_next..].IndexOf(startCode);
        _next = found < 0 ? _data.Length : _next + found + startCode.Length;
        return found >= 0;
    }

    /// <summary>
    /// Reads the length. If it reaches past the packet's end, the tail was lost; the unit is then the rest of the packet.
    /// </summary>
    private bool ReadLength()
    {
        Start = End + lengthSize;
        if (Start >= _data.Length)
        {
            return false;
        }

        uint size = 0;
        for (int i = End; i < Start; i++)
        {
            size = (size << 8) | _data[i];
        }

        End = (int)Math.Min(size + (long)Start, _data.Length);
        return true;
    }
}
