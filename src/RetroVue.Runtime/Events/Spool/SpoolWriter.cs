using Microsoft.Win32.SafeHandles;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>Writes to the spool's last file, and begins further ones. One thread at a time may use it.</summary>
/// <param name="options">The folder and the size of its files.</param>
/// <param name="lastNumber">The highest number of a file so far.</param>
internal sealed class SpoolWriter(EventSpoolOptions options, long lastNumber) : IDisposable
{
    private SafeFileHandle? _file;
    private long _number = lastNumber;

    /// <summary>The file to which the next record goes; null if a new one is begun for it.</summary>
    public SpoolSegment? Active { get; private set; }

    /// <summary>
    /// Writes whole records, and returns when they are on the disk, with their file. The file's length is the caller's to set: it is that of a
    /// header if the file is new.
    /// </summary>
    /// <exception cref="IOException">The disk failed. The file ends as before.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public SpoolSegment Write(ReadOnlySpan<byte> records)
    {
        if (Active is { } active && active.Length + records.Length > options.SegmentSize)
        {
            Dispose();
        }

        bool isRepeated = false;
        while (true)
        {
            bool isWritten = false;
            try
            {
                Active ??= Begin();
                options.Disk.Write(_file!, records, Active.Length);
                isWritten = true;
                options.Disk.Flush(_file!);
                if (Active.Length == SpoolFormat.HeaderSize)
                {
                    options.Disk.FlushFolder(options.Folder);
                }

                return Active;
            }
            catch
            {
                CutBack(isWritten);
                if (!isWritten || isRepeated)
                {
                    throw;
                }

                // The kernel tells of lost bytes once: another flush of the same file would succeed without them. So the records go to a new file.
                isRepeated = true;
            }
        }
    }

    /// <summary>Closes the file. The next record begins another one.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        (_file, Active) = (null, null);
    }

    private SpoolSegment Begin()
    {
        _number++;
        var segment = new SpoolSegment(_number, SpoolSegment.PathOf(options.Folder, _number)) { Length = SpoolFormat.HeaderSize };
        _file = options.Disk.Create(segment.Path);
        Active = segment;
        options.Disk.Write(_file, SpoolFormat.Header(), 0);
        return segment;
    }

    /// <summary>Makes the file end with its last acknowledged record.</summary>
    private void CutBack(bool isFlushFailed)
    {
        if (Active is not { } segment)
        {
            return;
        }

        bool isCut = true;
        try
        {
            if (segment.Length == SpoolFormat.HeaderSize)
            {
                // Nothing in it is acknowledged.
                options.Disk.Delete(segment.Path);
                isCut = false;
            }
            else
            {
                options.Disk.SetLength(_file!, segment.Length);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What stands behind the acknowledged records is not read by this process. A later one reads what is whole: events come twice at
            // most, and the log keeps the first.
            isCut = false;
        }

        if (!isCut || isFlushFailed)
        {
            Dispose();
        }
    }
}
