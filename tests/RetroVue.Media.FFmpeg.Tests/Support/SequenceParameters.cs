namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Removes from a sequence parameter set of H.264 how pictures are reordered. Some encoders never write that.</summary>
internal static class SequenceParameters
{
    /// <summary>Returns a packet whose parameter set ends before the usability information (ITU-T H.264 section 7.3.2.1.1).</summary>
    /// <param name="packet">A packet with start codes; Baseline or Main profile, progressive.</param>
    public static byte[] WithoutUsability(ReadOnlySpan<byte> packet)
    {
        int at = packet.IndexOf((ReadOnlySpan<byte>)[0, 0, 1, 0x67]);
        if (at < 0)
        {
            return packet.ToArray();
        }

        int start = at + 4;
        int next = packet[start..].IndexOf((ReadOnlySpan<byte>)[0, 0, 1]);
        int end = next < 0 ? packet.Length : start + next;
        return [.. packet[..start], .. Shorten(packet[start..end]), .. packet[end..]];
    }

    private static byte[] Shorten(ReadOnlySpan<byte> set)
    {
        int position = 24;
        Number(set, ref position);
        Number(set, ref position);
        if (Number(set, ref position) == 0)
        {
            Number(set, ref position);
        }

        Number(set, ref position);
        position++;
        Number(set, ref position);
        Number(set, ref position);
        // The flags for frames only and for direct inference. After them comes the flag for cropping.
        position += 2;
        if (Bit(set, position++) == 1)
        {
            for (int i = 0; i < 4; i++)
            {
                Number(set, ref position);
            }
        }

        // The flag for no usability information, and then the stop bit.
        var shorter = set[..((position / 8) + 2)].ToArray();
        Set(shorter, position++, 0);
        Set(shorter, position++, 1);
        while (position < shorter.Length * 8)
        {
            Set(shorter, position++, 0);
        }

        return shorter[^1] == 0 ? shorter[..^1] : shorter;
    }

    private static int Bit(ReadOnlySpan<byte> bytes, int position) => (bytes[position / 8] >> (7 - (position % 8))) & 1;

    private static void Set(byte[] bytes, int position, int value)
    {
        int mask = 1 << (7 - (position % 8));
        bytes[position / 8] = (byte)(value == 1 ? bytes[position / 8] | mask : bytes[position / 8] & ~mask);
    }

    private static int Number(ReadOnlySpan<byte> bytes, ref int position)
    {
        int zeros = 0;
        while (Bit(bytes, position++) == 0)
        {
            zeros++;
        }

        int value = 1;
        for (int i = 0; i < zeros; i++)
        {
            value = (value << 1) | Bit(bytes, position++);
        }

        return value - 1;
    }
}
