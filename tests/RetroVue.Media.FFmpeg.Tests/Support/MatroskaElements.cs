using System.Buffers.Binary;
using System.Numerics;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Finds and changes the elements of a Matroska file (RFC 8794, RFC 9559).</summary>
internal static class MatroskaElements
{
    private const long Segment = 0x18538067;
    private const long Cluster = 0x1F43B675;
    private const long Tracks = 0x1654AE6B;
    private const long TrackEntry = 0xAE;
    private const long DefaultDuration = 0x23E383;
    private const long BlockGroup = 0xA0;
    private const long Block = 0xA1;
    private const long SimpleBlock = 0xA3;
    private const byte BlockDuration = 0x9B;
    private const byte Void = 0xEC;

    /// <summary>Returns the places of a track's blocks, in their order. A block's time is two bytes after its first byte.</summary>
    public static IEnumerable<int> Blocks(byte[] file, int track) =>
        All(file, 0, file.Length).Where(element => element.Id is SimpleBlock or Block && file[element.Data] == (0x80 | track)).Select(element => element.Data);

    /// <summary>
    /// Gives each block its own duration in the file's ticks, or none if <paramref name="duration"/> returns null, in place of the track's
    /// default duration. The file must have been written as a live file: stored positions of other elements are not corrected.
    /// </summary>
    public static byte[] WithDurations(byte[] file, Func<long?> duration)
    {
        byte[] bytes = [.. file];
        foreach (var (id, start, _, end) in All(bytes, 0, bytes.Length).Where(element => element.Id == DefaultDuration).ToList())
        {
            (bytes[start], bytes[start + 1]) = (Void, (byte)(0x80 | (end - start - 2)));
        }

        return Rewrite(bytes, 0, bytes.Length, duration);
    }

    private static byte[] Rewrite(byte[] file, int from, int to, Func<long?> duration)
    {
        var written = new MemoryStream();
        foreach (var (id, start, data, end) in Children(file, from, to))
        {
            if (id is Segment or Cluster)
            {
                Write(written, id, Rewrite(file, data, end, duration));
            }
            else if (id == SimpleBlock)
            {
                byte[] block = new byte[12 + end - data + 10];
                int at = Put(block, 0, Block, end - data);
                file.AsSpan(data, end - data).CopyTo(block.AsSpan(at));
                // A simple block has these flags, but a block in a group has elements for them.
                block[at + 3] &= 0x0F;
                at += end - data;
                if (duration() is { } ticks)
                {
                    at = Put(block, at, BlockDuration, 8);
                    BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(at), ticks);
                    at += 8;
                }

                Write(written, BlockGroup, block[..at]);
            }
            else
            {
                written.Write(file.AsSpan(start, end - start));
            }
        }

        return written.ToArray();
    }

    private static void Write(MemoryStream written, long id, byte[] data)
    {
        byte[] head = new byte[12];
        written.Write(head.AsSpan(0, Put(head, 0, id, data.Length)));
        written.Write(data);
    }

    /// <summary>Writes an identifier and a size of four bytes; returns the place after them.</summary>
    private static int Put(byte[] target, int at, long id, int size)
    {
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            if (id >> shift != 0)
            {
                target[at++] = (byte)(id >> shift);
            }
        }

        BinaryPrimitives.WriteInt32BigEndian(target.AsSpan(at), 0x10000000 | size);
        return at + 4;
    }

    private static IEnumerable<(long Id, int Start, int Data, int End)> All(byte[] file, int from, int to) =>
        Children(file, from, to).SelectMany(element =>
            element.Id is Segment or Cluster or Tracks or TrackEntry or BlockGroup ? All(file, element.Data, element.End).Prepend(element) : [element]);

    private static IEnumerable<(long Id, int Start, int Data, int End)> Children(byte[] file, int from, int to)
    {
        for (int at = from; at < to;)
        {
            (long id, int size) = ReadNumber(file, at, keepsMarker: true);
            (long length, int data) = ReadNumber(file, size, keepsMarker: false);
            int end = length < 0 || data + length > to ? to : (int)(data + length);
            yield return (id, at, data, end);
            at = end;
        }
    }

    /// <summary>Reads a number whose first byte tells its length; -1 if it is an unknown size.</summary>
    private static (long Value, int Next) ReadNumber(byte[] file, int at, bool keepsMarker)
    {
        int length = 1 + BitOperations.LeadingZeroCount((uint)file[at] << 24);
        long value = keepsMarker ? file[at] : file[at] & (0xFF >> length);
        bool isUnknown = value == 0xFF >> length;
        for (int i = 1; i < length; i++)
        {
            value = (value << 8) | file[at + i];
            isUnknown &= file[at + i] == 0xFF;
        }

        return (isUnknown && !keepsMarker ? -1 : value, at + length);
    }
}
