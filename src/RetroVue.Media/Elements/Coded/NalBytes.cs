namespace RetroVue.Media.Elements.Coded;

/// <summary>Takes the bytes out of a unit, and puts them in, that keep start codes from standing in it (ITU-T H.264 7.4.1, H.265 7.4.2).</summary>
internal static class NalBytes
{
    private const byte Prevention = 3;

    /// <summary>Copies a unit without those bytes; gives how much that is.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="target">At least as long as the unit.</param>
    public static int Unescape(ReadOnlySpan<byte> unit, Span<byte> target)
    {
        ReadOnlySpan<byte> sequence = [0, 0, Prevention];
        int written = 0;
        for (int found = unit.IndexOf(sequence); found >= 0; found = unit.IndexOf(sequence))
        {
            unit[..(found + 2)].CopyTo(target[written..]);
            written += found + 2;
            unit = unit[(found + sequence.Length)..];
        }

        unit.CopyTo(target[written..]);
        return written + unit.Length;
    }

    /// <summary>Copies bytes and puts in what they need; gives how much that is.</summary>
    /// <param name="bytes">A unit without those bytes.</param>
    /// <param name="target">At least half as long again.</param>
    public static int Escape(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        int written = 0, zeros = 0;
        foreach (byte value in bytes)
        {
            if (zeros == 2 && value <= Prevention)
            {
                target[written++] = Prevention;
                zeros = 0;
            }

            target[written++] = value;
            zeros = value == 0 ? zeros + 1 : 0;
        }

        return written;
    }
}
