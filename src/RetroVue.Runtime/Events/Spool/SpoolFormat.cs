using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>
/// The form of a spool's file: a header, then records. A record has a mark, the length of its content, the number of its events, and the CRC-32C
/// of these two and of the content. The content is the events: for each its length and its JSON. All numbers have their low byte first.
/// </summary>
internal static class SpoolFormat
{
    /// <summary>The version of the form.</summary>
    public const int Version = 1;

    /// <summary>The bytes of a header: 8 of magic, 4 of version, 4 of CRC-32C.</summary>
    public const int HeaderSize = 16;

    /// <summary>The bytes of a record before its content.</summary>
    public const int HeadSize = 16;

    /// <summary>The largest record, in bytes.</summary>
    public const int MaxRecord = 1 << 30;

    private const int LengthSize = sizeof(int);

    /// <summary>The first bytes of every file.</summary>
    private static ReadOnlySpan<byte> Magic => "RVSPOOL\n"u8;

    /// <summary>The first bytes of a record. Two of them do not occur in UTF-8, so no event contains the mark.</summary>
    private static ReadOnlySpan<byte> Mark => [0xFF, (byte)'E', (byte)'V', 0xFE];

    /// <summary>Returns a header.</summary>
    /// <param name="version">The version that it says.</param>
    public static byte[] Header(int version = Version)
    {
        byte[] header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), Checksum(header.AsSpan(0, 12)));
        return header;
    }

    /// <summary>Says what a file begins with.</summary>
    /// <param name="start">The first bytes of the file, at most <see cref="HeaderSize"/>.</param>
    /// <param name="version">The version that the file has, if it is a spool's.</param>
    public static SpoolHeader Check(ReadOnlySpan<byte> start, out int version)
    {
        version = 0;
        if (start.Length < HeaderSize || !start.ContainsAnyExcept((byte)0))
        {
            return start.ContainsAnyExcept((byte)0) && !Header().AsSpan().StartsWith(start) ? SpoolHeader.Strange : SpoolHeader.Torn;
        }

        if (!start.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(start[12..]) != Checksum(start[..12]))
        {
            return SpoolHeader.Strange;
        }

        version = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
        return version == Version ? SpoolHeader.Good : SpoolHeader.OtherVersion;
    }

    /// <summary>Returns events as a record; null if it were larger than <paramref name="most"/> bytes.</summary>
    public static byte[]? Write(IReadOnlyList<EventEnvelope> events, long most)
    {
        byte[][] texts = new byte[events.Count][];
        long size = HeadSize;
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = events[i].ToJson();
            size += LengthSize + texts[i].Length;
            if (size > most)
            {
                return null;
            }
        }

        byte[] record = new byte[size];
        Span<byte> rest = record.AsSpan(HeadSize);
        foreach (byte[] text in texts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, text.Length);
            text.CopyTo(rest[LengthSize..]);
            rest = rest[(LengthSize + text.Length)..];
        }

        Mark.CopyTo(record);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), record.Length - HeadSize);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), texts.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), RecordChecksum(record));
        return record;
    }

    /// <summary>Returns the length of a record with its head, as its head says it; 0 if this is no head.</summary>
    public static long LengthOf(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadSize || !head.StartsWith(Mark))
        {
            return 0;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        return length <= MaxRecord ? HeadSize + length : 0;
    }

    /// <summary>True if a record is whole.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt32LittleEndian(record[12..]) == RecordChecksum(record);

    /// <summary>Returns the number of events of a whole record.</summary>
    public static int CountOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt32LittleEndian(record[8..]);

    /// <summary>Reads the events of a whole record.</summary>
    /// <exception cref="JsonException">An event has another form.</exception>
    public static EventEnvelope[] Read(ReadOnlySpan<byte> record)
    {
        var events = new EventEnvelope[CountOf(record)];
        ReadOnlySpan<byte> rest = record[HeadSize..];
        for (int i = 0; i < events.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            events[i] = EventEnvelope.FromStore(rest.Slice(LengthSize, length));
            rest = rest[(LengthSize + length)..];
        }

        return events;
    }

    /// <summary>Returns the offset of the first whole record after the first byte; −1 for none.</summary>
    public static int Find(ReadOnlySpan<byte> bytes)
    {
        for (int at = 1; at < bytes.Length; at++)
        {
            int next = bytes[at..].IndexOf(Mark);
            if (next < 0)
            {
                return -1;
            }

            at += next;
            long length = LengthOf(bytes[at..]);
            if (length > 0 && length <= bytes.Length - at && IsWhole(bytes.Slice(at, (int)length)))
            {
                return at;
            }
        }

        return -1;
    }

    private static uint RecordChecksum(ReadOnlySpan<byte> record) => Checksum(record[HeadSize..], Checksum(record[4..12]));

    private static uint Checksum(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
