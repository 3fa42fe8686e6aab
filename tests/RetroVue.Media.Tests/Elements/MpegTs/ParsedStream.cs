using System.Buffers.Binary;

namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>
/// Parses a transport stream by ISO/IEC 13818-1 alone, independently of the writer: packets, PES packets and sections.
/// </summary>
internal sealed class ParsedStream
{
    public const long StampWrap = 1L << 33;
    public const long ClockWrap = StampWrap * 300;

    private ParsedStream(int length) => Length = length;

    public int Length { get; }

    public List<ParsedPacket> Packets { get; } = [];

    public List<ParsedPes> Pes { get; } = [];

    /// <summary>Sections with the index of their packet.</summary>
    public List<(int Pid, int Packet, byte[] Bytes)> Sections { get; } = [];

    public static ParsedStream Parse(ReadOnlySpan<byte> bytes)
    {
        Assert.That(bytes.Length % 188, Is.Zero, "whole packets");
        var stream = new ParsedStream(bytes.Length);
        var open = new Dictionary<int, ParsedPes>();
        for (int i = 0; i < bytes.Length / 188; i++)
        {
            stream.Read(i, bytes.Slice(i * 188, 188), open);
        }

        return stream;
    }

    public IEnumerable<ParsedPes> PesOf(int pid) => Pes.Where(pes => pes.Pid == pid);

    /// <summary>The clock references with the index of their packet, unwrapped from the first one on.</summary>
    public List<(int Packet, long Ticks)> ClockReferences()
    {
        var references = new List<(int, long)>();
        long last = 0;
        foreach (ParsedPacket packet in Packets)
        {
            if (packet.Pcr is not { } pcr)
            {
                continue;
            }

            last = references.Count == 0 ? pcr : last + ((((pcr - last) % ClockWrap) + ClockWrap) % ClockWrap);
            references.Add((packet.Index, last));
        }

        return references;
    }

    /// <summary>Asserts that each PID counts its packets with payload without a gap, and repeats the count in the others (2.4.3.3).</summary>
    public void AssertCountersContinuous()
    {
        Assert.That(Packets, Is.Not.Empty);
        var last = new Dictionary<int, int>();
        foreach (ParsedPacket packet in Packets)
        {
            if (last.TryGetValue(packet.Pid, out int before))
            {
                Assert.That(packet.Counter, Is.EqualTo(packet.HasPayload ? (before + 1) & 15 : before), $"PID {packet.Pid}, packet {packet.Index}");
            }

            last[packet.Pid] = packet.Counter;
        }
    }

    /// <summary>Computes the CRC of annex A over a whole section with its own four bytes; it is zero if they are right.</summary>
    public static uint Crc(ReadOnlySpan<byte> section)
    {
        uint register = 0xFFFFFFFF;
        foreach (byte value in section)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                bool feedback = (register >> 31 != 0) ^ (((value >> bit) & 1) != 0);
                register = (register << 1) ^ (feedback ? 0x04C11DB7u : 0);
            }
        }

        return register;
    }

    private void Read(int index, ReadOnlySpan<byte> packet, Dictionary<int, ParsedPes> open)
    {
        Assert.That(packet[0], Is.EqualTo(0x47), $"sync byte of packet {index}");
        int pid = BinaryPrimitives.ReadUInt16BigEndian(packet[1..]) & 0x1FFF;
        bool isStart = (packet[1] & 0x40) != 0;
        bool hasField = (packet[3] & 0x20) != 0;
        bool hasPayload = (packet[3] & 0x10) != 0;
        Assert.That(packet[1] & 0x80, Is.Zero, "transport_error_indicator");
        Assert.That(hasField || hasPayload, Is.True, "adaptation_field_control 0 is reserved");
        var parsed = new ParsedPacket(index, pid, isStart, packet[3] & 15, hasPayload);
        int at = 4;
        if (hasField)
        {
            int length = packet[4];
            Assert.That(length, hasPayload ? Is.InRange(0, 182) : Is.EqualTo(183), "adaptation_field_length");
            parsed = ReadField(parsed, packet.Slice(5, length));
            at = 5 + length;
        }

        Packets.Add(parsed);
        if (!hasPayload)
        {
            return;
        }

        ReadOnlySpan<byte> payload = packet[at..];
        if (pid is 0 or 0x11 or 0x1000)
        {
            Assert.That(isStart, Is.True);
            int start = 1 + payload[0];
            int length = 3 + (BinaryPrimitives.ReadUInt16BigEndian(payload[(start + 1)..]) & 0xFFF);
            Sections.Add((pid, index, payload.Slice(start, length).ToArray()));
            Assert.That(payload[(start + length)..].ContainsAnyExcept((byte)0xFF), Is.False, "stuffing after a section");
        }
        else
        {
            ReadPes(index, pid, isStart, payload, open);
        }
    }

    private static ParsedPacket ReadField(ParsedPacket packet, ReadOnlySpan<byte> field)
    {
        if (field.IsEmpty)
        {
            return packet with { Stuffing = 1 };
        }

        Assert.That(field[0] & 0x2F, Is.Zero, "flags that are never used");
        bool hasPcr = (field[0] & 0x10) != 0;
        long? pcr = null;
        if (hasPcr)
        {
            ulong bits = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(field[1..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(field[3..]);
            Assert.That((bits >> 9) & 0x3F, Is.EqualTo(0x3F), "reserved bits of the PCR");
            Assert.That(bits & 0x1FF, Is.LessThan(300), "PCR extension");
            pcr = ((long)(bits >> 15) * 300) + (long)(bits & 0x1FF);
        }

        ReadOnlySpan<byte> stuffing = field[(hasPcr ? 7 : 1)..];
        Assert.That(stuffing.ContainsAnyExcept((byte)0xFF), Is.False, "stuffing bytes");
        bool saysNothing = (field[0] & 0xF0) == 0;
        return packet with
        {
            Pcr = pcr,
            IsDiscontinuous = (field[0] & 0x80) != 0,
            IsRandomAccess = (field[0] & 0x40) != 0,
            Stuffing = stuffing.Length + (saysNothing ? 2 : 0),
        };
    }

    private void ReadPes(int index, int pid, bool isStart, ReadOnlySpan<byte> payload, Dictionary<int, ParsedPes> open)
    {
        if (!isStart)
        {
            open[pid].Payload.AddRange(payload);
            open[pid].LastPacket = index;
            return;
        }

        Assert.That(payload[..3].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 1]), Is.True, "packet_start_code_prefix");
        Assert.That(payload[6] >> 6, Is.EqualTo(2));
        int flags = payload[7] >> 6;
        Assert.That(flags, Is.EqualTo(2).Or.EqualTo(3), "PTS_DTS_flags");
        Assert.That(payload[8], Is.EqualTo(flags == 2 ? 5 : 10), "no stuffing in the PES header");
        long pts = ReadStamp(payload[9..], flags);
        var pes = new ParsedPes(
            pid, payload[3], pts, flags == 3 ? ReadStamp(payload[14..], 1) : pts, BinaryPrimitives.ReadUInt16BigEndian(payload[4..]), index)
        {
            LastPacket = index,
        };
        pes.Payload.AddRange(payload[(9 + payload[8])..]);
        open[pid] = pes;
        Pes.Add(pes);
    }

    private static long ReadStamp(ReadOnlySpan<byte> bytes, int prefix)
    {
        Assert.That(bytes[0] >> 4, Is.EqualTo(prefix));
        Assert.That(bytes[0] & bytes[2] & bytes[4] & 1, Is.EqualTo(1), "marker bits");
        return ((long)(bytes[0] >> 1 & 7) << 30) | ((long)bytes[1] << 22) | ((long)(bytes[2] >> 1) << 15) | ((long)bytes[3] << 7) | (long)(bytes[4] >> 1);
    }
}
