using Microsoft.Win32.SafeHandles;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>The real disk, with faults on request.</summary>
internal sealed class FaultyDisk : SpoolDisk
{
    private readonly Lock _lock = new();
    private readonly HashSet<SafeFileHandle> _broken = [];
    private int _flushes;

    /// <summary>The bytes that the disk still takes; more is an error after that many.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>The number of flushes of files that fail from now on, before flushes succeed again.</summary>
    public int FailingFlushes { get; set; }

    /// <summary>The number of flushes of the folder that fail from now on.</summary>
    public int FailingFolderFlushes { get; set; }

    /// <summary>True if files cannot be cut.</summary>
    public bool CannotCut { get; set; }

    /// <summary>Is waited for by each flush of a file.</summary>
    public ManualResetEventSlim Flushing { get; } = new(initialState: true);

    /// <summary>The number of flushes of files that have succeeded.</summary>
    public int Flushes => Volatile.Read(ref _flushes);

    /// <summary>The number of writes and flushes to a file whose flush had failed before.</summary>
    public int UsesOfBroken { get; private set; }

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_lock)
        {
            UsesOfBroken += _broken.Contains(file) ? 1 : 0;
            if (bytes.Length > Room)
            {
                base.Write(file, bytes[..(int)Room], offset);
                Room = 0;
                throw new IOException("No space left on device (scripted).");
            }

            Room -= Room == long.MaxValue ? 0 : bytes.Length;
            base.Write(file, bytes, offset);
        }
    }

    public override void Flush(SafeFileHandle file)
    {
        Flushing.Wait();
        lock (_lock)
        {
            UsesOfBroken += _broken.Contains(file) ? 1 : 0;
            if (FailingFlushes > 0)
            {
                FailingFlushes--;
                _broken.Add(file);
                throw new IOException("Input/output error (scripted).");
            }

            base.Flush(file);
            _flushes++;
        }
    }

    public override void FlushFolder(string path)
    {
        if (FailingFolderFlushes > 0)
        {
            FailingFolderFlushes--;
            throw new IOException("Input/output error (scripted).");
        }

        base.FlushFolder(path);
    }

    public override void SetLength(SafeFileHandle file, long length)
    {
        if (CannotCut)
        {
            throw new IOException("Input/output error (scripted).");
        }

        base.SetLength(file, length);
    }
}
