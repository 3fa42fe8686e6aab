using System.Buffers.Binary;

namespace RetroVue.Tests;

/// <summary>The media of an HLS segment, read from its bytes (ISO/IEC 13818-1) without the library.</summary>
internal sealed class HlsSegmentMedia
{
    private const int PacketSize = 188;

    private HlsSegmentMedia()
    {
    }

    /// <summary>True if PAT and PMT come before everything else (RFC 8216 3.2).</summary>
    public bool BeginsWithTables { get; private set; }

    /// <summary>True if the first picture can be decoded alone, or if there are no pictures.</summary>
    public bool BeginsWithKeyFrame { get; private set; } = true;

    /// <summary>Presentation times of pictures in their order, in ticks of 90 kHz.</summary>
    public List<long> Pictures { get; } = [];

    /// <summary>Presentation times of the PES packets of sound in their order, in ticks of 90 kHz.</summary>
    public List<long> Sounds { get; } = [];

    public static HlsSegmentMedia Read(ReadOnlySpan<byte> bytes)
    {
        var media = new HlsSegmentMedia();
        for (int packet = 0; packet * PacketSize < bytes.Length; packet++)
        {
            media.Read(packet, bytes.Slice(packet * PacketSize, PacketSize));
        }

        return media;
    }

    private void Read(int index, ReadOnlySpan<byte> packet)
    {
        int pid = BinaryPrimitives.ReadUInt16BigEndian(packet[1..]) & 0x1FFF;
        if (index < 2)
        {
            BeginsWithTables = index == 0 ? pid == 0 : BeginsWithTables && pid == 0x1000;
        }

        bool isStart = (packet[1] & 0x40) != 0, hasField = (packet[3] & 0x20) != 0, hasPayload = (packet[3] & 0x10) != 0;
        if (pid is 0 or 0x11 or 0x1000 || !isStart || !hasPayload)
        {
            return;
        }

        ReadOnlySpan<byte> pes = packet[(hasField ? 5 + packet[4] : 4)..];
        bool isKey = hasField && packet[4] > 0 && (packet[5] & 0x40) != 0;
        ReadOnlySpan<byte> stamp = pes[9..];
        long pts = ((long)(stamp[0] >> 1 & 7) << 30) | ((long)stamp[1] << 22) | ((long)(stamp[2] >> 1) << 15) | ((long)stamp[3] << 7) | (long)(stamp[4] >> 1);
        if (pes[3] >> 4 == 0xE)
        {
            BeginsWithKeyFrame &= Pictures.Count > 0 || isKey;
            Pictures.Add(pts);
        }
        else
        {
            Sounds.Add(pts);
        }
    }
}
