using System.Buffers.Binary;
using System.Text;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// The tables of a stream with one programme: PAT and PMT (ISO/IEC 13818-1 2.4.4), and SDT if the service has a name (ETSI EN 300 468
/// 5.2.3). They are built once and copied out with new continuity counters.
/// </summary>
internal sealed class ProgramTables
{
    private const int PatPid = 0;
    private const int SdtPid = 0x11;
    private const int PmtPid = 0x1000;
    private const int OriginalNetworkId = 0xFF01;
    private const byte DigitalTelevision = 1;
    private const byte DigitalRadio = 2;

    private readonly byte[][] _packets;
    private readonly byte[] _counters;

    public ProgramTables(TransportStreamOptions options, IReadOnlyList<TransportStreamTrack> tracks, TransportStreamTrack? clockTrack)
    {
        byte[] pat = Packet(PatPid, 0x00, 0xB0, options.TransportStreamId, [.. Word(options.ProgramNumber), .. Word(0xE000 | PmtPid)]);
        byte[] streams = [.. tracks.SelectMany(track => (byte[])
        [
            track.Packaging.StreamType,
            .. Word(0xE000 | track.Pid),
            .. Word(0xF000 | track.Packaging.Descriptors.Length),
            .. track.Packaging.Descriptors,
        ])];
        byte[] pmt = Packet(PmtPid, 0x02, 0xB0, options.ProgramNumber, [.. Word(0xE000 | (clockTrack?.Pid ?? 0x1FFF)), .. Word(0xF000), .. streams]);
        _packets = options.ServiceName is null ? [pat, pmt] : [pat, pmt, ServiceTable(options, options.ServiceName, tracks)];
        _counters = new byte[_packets.Length];
    }

    /// <summary>Writes a packet of each table.</summary>
    public void Write(ref PacketOutput output)
    {
        for (int i = 0; i < _packets.Length; i++)
        {
            Span<byte> packet = output.Next();
            _packets[i].CopyTo(packet);
            packet[3] |= _counters[i];
            _counters[i] = (byte)((_counters[i] + 1) & 0x0F);
        }
    }

    private static byte[] ServiceTable(TransportStreamOptions options, string name, IReadOnlyList<TransportStreamTrack> tracks)
    {
        byte[] provider = Text(options.ServiceProvider);
        byte[] service = Text(name);
        byte type = tracks.Any(track => track.IsVideo) ? DigitalTelevision : DigitalRadio;
        byte[] descriptor = [0x48, (byte)(3 + provider.Length + service.Length), type, (byte)provider.Length, .. provider, (byte)service.Length, .. service];
        // running_status 4 "running", free_CA_mode 0, no EIT.
        return Packet(
            SdtPid,
            0x42,
            0xF0,
            options.TransportStreamId,
            [.. Word(OriginalNetworkId), 0xFF, .. Word(options.ProgramNumber), 0xFC, .. Word(0x8000 | descriptor.Length), .. descriptor]);
    }

    /// <summary>Returns a text in UTF-8; its first byte declares that (EN 300 468 annex A.2).</summary>
    private static byte[] Text(string text) => text.Length == 0 ? [] : [0x15, .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Word(int value) => [(byte)(value >> 8), (byte)value];

    /// <summary>Makes a packet with one section: its long header, the content and the CRC.</summary>
    private static byte[] Packet(int pid, byte table, byte syntax, ushort id, byte[] content)
    {
        const int overhead = 5 + 4;
        byte[] packet = new byte[TransportPackets.Size];
        packet.AsSpan().Fill(0xFF);
        if (content.Length > TransportPackets.Room - 1 - 3 - overhead)
        {
            throw new ArgumentException(
                $"Table {table} has {content.Length} bytes and does not fit into one packet; use fewer streams or shorter names.", nameof(content));
        }

        packet[0] = 0x47;
        packet[1] = (byte)(0x40 | (pid >> 8));
        packet[2] = (byte)pid;
        packet[3] = 0x10;
        packet[4] = 0;
        byte[] section =
        [
            table, .. Word((syntax << 8) | (content.Length + overhead)), .. Word(id),
            0xC1, 0, 0, // version 0, current; section 0 of 0
            .. content, 0, 0, 0, 0,
        ];
        BinaryPrimitives.WriteUInt32BigEndian(section.AsSpan(section.Length - 4), Crc(section.AsSpan(0, section.Length - 4)));
        section.CopyTo(packet, 5);
        return packet;
    }

    /// <summary>Computes the CRC of ISO/IEC 13818-1 annex A: polynomial 0x04C11DB7, first bit first, starting from all ones.</summary>
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= (uint)value << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x8000_0000) == 0 ? 0 : 0x04C1_1DB7u);
            }
        }

        return crc;
    }
}
