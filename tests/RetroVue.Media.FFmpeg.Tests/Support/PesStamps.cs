namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>The stored times in the PES headers of a transport stream. Readers may give other times if they doubt these.</summary>
internal static class PesStamps
{
    /// <summary>Returns the places of a stream's PES headers that have a presentation time.</summary>
    public static IEnumerable<int> Find(byte[] stream, byte id)
    {
        for (int at = 0; at < stream.Length; at += 188)
        {
            int pes = at + 4 + ((stream[at + 3] & 0x20) == 0 ? 0 : 1 + stream[at + 4]);
            if ((stream[at + 1] & 0x40) != 0 && pes <= at + 168 && stream.AsSpan(pes, 4).SequenceEqual<byte>([0, 0, 1, id]) && (stream[pes + 7] & 0x80) != 0)
            {
                yield return pes;
            }
        }
    }

    /// <summary>
    /// Returns presentation and decoding times in ticks of 90 kHz. They have 33 bits on the wire, so each is unwrapped to the value
    /// nearest to the decoding time before it.
    /// </summary>
    public static IEnumerable<(long Pts, long Dts)> Times(byte[] stream, byte id)
    {
        long? last = null;
        foreach (int pes in Find(stream, id))
        {
            long dts = Read(stream.AsSpan(pes + DecodingAt(stream, pes)));
            dts = Nearest(dts, last ?? dts);
            yield return (Nearest(Read(stream.AsSpan(pes + 9)), dts), dts);
            last = dts;
        }
    }

    /// <summary>
    /// Returns the place in the header of the decoding time. If there is none, it is the place of the presentation time, which counts for
    /// both.
    /// </summary>
    public static int DecodingAt(byte[] stream, int pes) => (stream[pes + 7] & 0x40) != 0 ? 14 : 9;

    private static long Nearest(long time, long to)
    {
        long step = (time - to) & ((1L << 33) - 1);
        return to + (step < 1L << 32 ? step : step - (1L << 33));
    }

    /// <summary>Removes the times and puts stuffing in their place.</summary>
    public static void Remove(byte[] stream, int pes)
    {
        stream[pes + 7] &= 0x3F;
        stream.AsSpan(pes + 9, stream[pes + 8]).Fill(0xFF);
    }

    /// <summary>Removes the decoding time if there is one.</summary>
    public static void RemoveDecoding(byte[] stream, int pes)
    {
        if ((stream[pes + 7] & 0x40) != 0)
        {
            stream[pes + 7] &= 0xBF;
            stream[pes + 9] = (byte)(0x20 | (stream[pes + 9] & 0x0F));
            stream.AsSpan(pes + 14, 5).Fill(0xFF);
        }
    }

    /// <summary>Reads a time.</summary>
    public static long Read(ReadOnlySpan<byte> stamp) =>
        ((long)(stamp[0] & 0x0E) << 29) | ((long)stamp[1] << 22) | ((long)(stamp[2] & 0xFE) << 14) | ((long)stamp[3] << 7) | ((long)stamp[4] >> 1);

    /// <summary>Writes another time in its place.</summary>
    public static void Write(Span<byte> stamp, long value)
    {
        stamp[0] = (byte)((stamp[0] & 0xF1) | (int)((value >> 29) & 0x0E));
        stamp[1] = (byte)(value >> 22);
        stamp[2] = (byte)(((value >> 14) & 0xFE) | 1);
        stamp[3] = (byte)(value >> 7);
        stamp[4] = (byte)((value << 1) | 1);
    }
}
