using Microsoft.Win32.SafeHandles;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>A file of the spool, as far as it is acknowledged. Not thread-safe.</summary>
/// <param name="number">Its number; files are drained in the order of their numbers.</param>
/// <param name="path">Its path.</param>
internal sealed class SpoolSegment(long number, string path) : IDisposable
{
    private const string Extension = ".spool";

    private readonly HashSet<long> _damages = [];
    private SafeFileHandle? _file;

    public long Number => number;

    public string Path => path;

    /// <summary>The bytes that are acknowledged. What follows in the file does not count.</summary>
    public long Length { get; set; }

    /// <summary>True if a part of it cannot be read. Such a file is kept, not deleted.</summary>
    public bool IsDamaged => _damages.Count > 0;

    /// <summary>The name under which it is kept if it is damaged.</summary>
    public string DamagedPath => System.IO.Path.ChangeExtension(path, ".damaged");

    /// <summary>The name of a file with the end that was cut off.</summary>
    public string CutPath => System.IO.Path.ChangeExtension(path, ".cut");

    /// <summary>Returns the path of a file in a folder.</summary>
    public static string PathOf(string folder, long number) =>
        System.IO.Path.Combine(folder, FormattableString.Invariant($"{number:D8}{Extension}"));

    /// <summary>Returns the number in a file's name; 0 if it has none.</summary>
    public static long NumberOf(string path) =>
        long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), System.Globalization.NumberStyles.None, null, out long number) ? number : 0;

    /// <summary>Returns the files of a folder by their numbers, whatever their times are.</summary>
    public static IEnumerable<SpoolSegment> AllIn(string folder) => Directory.GetFiles(folder, $"*{Extension}")
        .Select(file => new SpoolSegment(NumberOf(file), file))
        .Where(segment => segment.Number > 0)
        .OrderBy(segment => segment.Number);

    /// <summary>Notes a damage; false if it was known.</summary>
    public bool AddDamage(long offset) => _damages.Add(offset);

    /// <summary>Reads bytes; fewer than asked for only at the end of the file.</summary>
    public byte[] Read(long offset, long count)
    {
        _file ??= File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[count];
        int length = 0;
        while (length < bytes.Length && RandomAccess.Read(_file, bytes.AsSpan(length), offset + length) is > 0 and int read)
        {
            length += read;
        }

        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Reads the whole record at an offset; null if there is none.</summary>
    public byte[]? ReadRecord(long offset)
    {
        long length = SpoolFormat.LengthOf(Read(offset, Math.Min(SpoolFormat.HeadSize, Length - offset)));
        if (length == 0 || length > Length - offset)
        {
            return null;
        }

        byte[] record = Read(offset, length);
        return record.Length == length && SpoolFormat.IsWhole(record) ? record : null;
    }

    /// <summary>Returns the offset of the first whole record after an offset; the end of the file if there is none.</summary>
    public long FindRecord(long offset) => SpoolFormat.Find(Read(offset, Length - offset)) is >= 0 and int found ? offset + found : Length;

    public void Dispose() => _file?.Dispose();
}
