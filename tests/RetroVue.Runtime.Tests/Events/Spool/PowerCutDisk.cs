using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>
/// The real disk, and a model of what a loss of power leaves of it: of a file what was flushed, and perhaps some of what was written since; of
/// the folder the names that were flushed, and perhaps some of the changes since.
/// </summary>
internal sealed class PowerCutDisk : SpoolDisk
{
    private readonly Lock _lock = new();
    private readonly ConditionalWeakTable<SafeFileHandle, string> _paths = [];
    private readonly Dictionary<string, byte[]> _flushed = new(StringComparer.Ordinal);
    private HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Takes what is in a folder as flushed.</summary>
    public PowerCutDisk(string folder)
    {
        if (Directory.Exists(folder))
        {
            _names = NamesIn(folder);
            foreach (string name in _names)
            {
                _flushed[name] = File.ReadAllBytes(name);
            }
        }
    }

    public override SafeFileHandle Create(string path) => Known(base.Create(path), path);

    public override SafeFileHandle Open(string path) => Known(base.Open(path), path);

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_lock)
        {
            base.Write(file, bytes, offset);
        }
    }

    public override void SetLength(SafeFileHandle file, long length)
    {
        lock (_lock)
        {
            base.SetLength(file, length);
        }
    }

    public override void Flush(SafeFileHandle file)
    {
        lock (_lock)
        {
            base.Flush(file);
            byte[] bytes = new byte[RandomAccess.GetLength(file)];
            _ = RandomAccess.Read(file, bytes, 0);
            _paths.TryGetValue(file, out string? path);
            _flushed[path!] = bytes;
        }
    }

    public override void FlushFolder(string path)
    {
        lock (_lock)
        {
            base.FlushFolder(path);
            if (Directory.Exists(path))
            {
                _names = NamesIn(path);
            }
        }
    }

    public override void Delete(string path)
    {
        lock (_lock)
        {
            base.Delete(path);
        }
    }

    public override void Move(string from, string to)
    {
        lock (_lock)
        {
            base.Move(from, to);
            _flushed[to] = _flushed.GetValueOrDefault(from, []);
        }
    }

    /// <summary>Writes into another folder what is left of a folder if the power fails now.</summary>
    public void CutPower(Random random, string folder, string left)
    {
        Directory.CreateDirectory(left);
        lock (_lock)
        {
            HashSet<string> present = NamesIn(folder);
            foreach (string path in present.Union(_names, StringComparer.Ordinal))
            {
                if (present.Contains(path) && _names.Contains(path) || random.Next(2) == 0)
                {
                    File.WriteAllBytes(Path.Combine(left, Path.GetFileName(path)), Left(random, path, present.Contains(path)));
                }
            }
        }
    }

    // The lock is held, and has no content.
    private static HashSet<string> NamesIn(string folder) => [.. Directory.GetFiles(folder).Where(path => Path.GetFileName(path) != "lock")];

    private byte[] Left(Random random, string path, bool isPresent)
    {
        byte[] flushed = _flushed.GetValueOrDefault(path, []);
        byte[] written = isPresent ? File.ReadAllBytes(path) : flushed;
        // What was cut off since the flush may be there again.
        if (written.Length <= flushed.Length)
        {
            return random.Next(2) == 0 ? flushed : written;
        }

        byte[] left = written[..random.Next(flushed.Length, written.Length + 1)];
        // A file system may keep the length, and not the bytes.
        if (random.Next(2) == 0)
        {
            left.AsSpan(random.Next(flushed.Length, left.Length + 1)).Clear();
        }

        return left;
    }

    private SafeFileHandle Known(SafeFileHandle file, string path)
    {
        _paths.Add(file, path);
        return file;
    }
}
