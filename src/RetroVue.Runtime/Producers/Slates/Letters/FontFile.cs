using System.Buffers.Binary;
using System.Runtime.InteropServices;
using HarfBuzzSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>
/// One file of a font of the system. Its list of characters is in memory; all of it is read only if it is used. No file stays open or mapped:
/// a page of a mapped file that another program has cut off would end the process.
/// </summary>
/// <remarks>Files are read on a thread that may hang; all else is for one thread at a time.</remarks>
internal sealed class FontFile
{
    // Fonts have about twenty tables, and a list of characters takes 260 kB for Chinese.
    private const int MostTables = 256;
    private const uint MostOfList = 4 << 20;
    private const int HeaderSize = 12;
    private const int RecordSize = 16;

    private static readonly uint[] s_tables = [TagOf("cmap"u8), TagOf("maxp"u8)];

    private LetterFont? _font;
    private volatile bool _isRead;

    private FontFile(string path, long length, byte[] list)
    {
        (Path, Length, LengthOfList) = (path, length, list.Length);
        GCHandle pinned = GCHandle.Alloc(list, GCHandleType.Pinned);
        try
        {
            using var blob = new Blob(pinned.AddrOfPinnedObject(), list.Length, MemoryMode.Duplicate);
            using var face = new Face(blob, 0);
            Characters = new Font(face);
        }
        finally
        {
            pinned.Free();
        }
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Bytes of memory that the list of characters takes.</summary>
    public int LengthOfList { get; }

    /// <summary>True once the whole file is to be read; for the caller to set.</summary>
    public bool IsAsked { get; set; }

    /// <summary>True once the whole file was read, or could not be.</summary>
    public bool IsRead => _isRead;

    /// <summary>The font; null until the file is read, and if it cannot be used.</summary>
    public LetterFont? Font => _isRead ? _font : null;

    private Font Characters { get; }

    /// <summary>Reads the list of characters; null if the file is no font that can be used. The disk may hang.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is not for everybody's eyes.</exception>
    public static FontFile? Open(string path)
    {
        // Of length 0 are also pipes, and to open one would hang.
        if (new FileInfo(path).Length == 0)
        {
            return null;
        }

        using FileStream stream = File.OpenRead(path);
        return stream.Length <= LetterFont.MostBytes && ReadList(stream) is { } list ? new FontFile(path, stream.Length, list) : null;
    }

    /// <summary>Whether the list has a character.</summary>
    public bool Has(int character) => Characters.TryGetNominalGlyph((uint)character, out _);

    /// <summary>Reads the whole file. The disk may hang.</summary>
    public void Read()
    {
        try
        {
            _font = LetterFont.Read(Path);
        }
        catch (Exception)
        {
            // It was removed or changed meanwhile, or there is no memory for it: another font is taken.
        }
        finally
        {
            _isRead = true;
        }
    }

    /// <summary>Returns a font of two tables, the list of characters and the number of glyphs; of a collection those of the first font.</summary>
    /// <remarks>Source: the OpenType specification, "Organization of an OpenType font".</remarks>
    private static byte[]? ReadList(FileStream stream)
    {
        byte[] header = ReadPart(stream, 0, HeaderSize + 4);
        uint start = 0;
        if (UInt32(header, 0) == TagOf("ttcf"u8))
        {
            start = UInt32(header, HeaderSize);
            header = ReadPart(stream, start, HeaderSize);
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4));
        if (count > MostTables)
        {
            return null;
        }

        byte[] records = ReadPart(stream, start + (long)HeaderSize, count * RecordSize);
        var list = new MemoryStream();
        list.Write([0, 1, 0, 0, 0, (byte)s_tables.Length, 0, 0, 0, 0, 0, 0]);
        List<byte[]> tables = [];
        uint end = (uint)(HeaderSize + (s_tables.Length * RecordSize));
        foreach (uint tag in s_tables)
        {
            int at = Enumerable.Range(0, count).Select(i => i * RecordSize).FirstOrDefault(i => UInt32(records, i) == tag, -1);
            if (at < 0 || UInt32(records, at + 12) > MostOfList)
            {
                return null;
            }

            byte[] table = ReadPart(stream, UInt32(records, at + 8), (int)UInt32(records, at + 12));
            byte[] record = records[at..(at + RecordSize)];
            BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(8), end);
            list.Write(record);
            // Tables begin at multiples of four bytes.
            Array.Resize(ref table, (table.Length + 3) & ~3);
            tables.Add(table);
            end += (uint)table.Length;
        }

        tables.ForEach(table => list.Write(table));
        return list.ToArray();
    }

    private static byte[] ReadPart(FileStream stream, long start, int length)
    {
        byte[] part = new byte[length];
        stream.Position = start;
        stream.ReadExactly(part);
        return part;
    }

    private static uint TagOf(ReadOnlySpan<byte> name) => BinaryPrimitives.ReadUInt32BigEndian(name);

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
