namespace RetroVue.Media.Elements.MpegTs;

/// <summary>Writes single transport stream packets (ISO/IEC 13818-1 2.4.3.2 and 2.4.3.4).</summary>
internal static class TransportPackets
{
    /// <summary>Bytes of a packet.</summary>
    public const int Size = 188;

    /// <summary>Bytes of a packet without its header.</summary>
    public const int Room = Size - 4;

    /// <summary>Bytes of an adaptation field with a clock reference.</summary>
    public const int PcrField = 8;

    private const byte DiscontinuityFlag = 0x80;
    private const byte RandomAccessFlag = 0x40;
    private const byte PcrFlag = 0x10;

    /// <summary>
    /// Writes header and adaptation field. The field fills the rest of the packet, so that a PES contains no stuffing.
    /// </summary>
    /// <param name="packet">The packet's 188 bytes.</param>
    /// <param name="pid">The PID.</param>
    /// <param name="isStart">True if a PES or section begins in this packet.</param>
    /// <param name="counter">The continuity counter; its low four bits are used.</param>
    /// <param name="payload">Bytes of payload; zero for an adaptation field only.</param>
    /// <param name="pcr">The clock reference in system clock ticks, or null.</param>
    /// <param name="isRandomAccess">True if decoding can begin here.</param>
    /// <param name="isDiscontinuous">True if the clock reference does not continue the one before.</param>
    /// <returns>The part of the packet for the payload.</returns>
    public static Span<byte> WriteHeader(
        Span<byte> packet, int pid, bool isStart, int counter, int payload, long? pcr, bool isRandomAccess, bool isDiscontinuous)
    {
        int field = Room - payload;
        packet[3] = (byte)((payload > 0 ? 0x10 : 0) | (field > 0 ? 0x20 : 0) | (counter & 0x0F));
        packet[2] = (byte)pid;
        packet[1] = (byte)((isStart ? 0x40 : 0) | (pid >> 8));
        packet[0] = 0x47;
        if (field > 0)
        {
            packet[4] = (byte)(field - 1);
        }

        if (field > 1)
        {
            packet[5] = (byte)((isDiscontinuous ? DiscontinuityFlag : 0) | (isRandomAccess ? RandomAccessFlag : 0) | (pcr is null ? 0 : PcrFlag));
            int end = 6;
            if (pcr is { } ticks)
            {
                TransportTicks.WritePcr(packet.Slice(6, 6), ticks);
                end = 12;
            }

            packet[end..(4 + field)].Fill(0xFF);
        }

        return packet[(4 + field)..];
    }
}
