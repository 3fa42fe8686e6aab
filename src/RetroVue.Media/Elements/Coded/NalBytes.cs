namespace RetroVue.Media.Elements.Coded;

/// <summary>Removes and inserts the emulation prevention bytes of a unit (ITU-T H.264 7.4.1, H.265 7.4.2).</summary>
internal static class NalBytes
{
    private const byte Prevention = 3;

    /// <summary>Copies a unit without prevention bytes; returns the number of bytes.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="target">A span that is at least as long as the unit.</param>
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

    /// <summary>Copies bytes and inserts prevention bytes; returns the number of bytes.</summary>
    /// <param name="bytes">A unit without prevention bytes.</param>
    /// <param name="target">A span that is at least one and a half times as long.</param>
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
