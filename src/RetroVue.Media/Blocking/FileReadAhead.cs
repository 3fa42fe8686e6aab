using Microsoft.Win32.SafeHandles;
using RetroVue.Media.Interop;

namespace RetroVue.Media.Blocking;

/// <summary>
/// Makes the system read a file ahead of a sequential reader, so that a slow disk is buffered in the system's page cache and not in the
/// process's memory.
/// </summary>
/// <remarks>
/// For one thread at a time. It is only advice (posix_fadvise(2), POSIX_FADV_WILLNEED): if the system cannot follow it, nothing happens.
/// </remarks>
public sealed class FileReadAhead : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _distance;
    private long _from;
    private long _until;

    /// <summary>Starts the read-ahead of a file, and opens the file once more for it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="distance">The number of bytes ahead; positive.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public FileReadAhead(string path, long distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(distance);
        _distance = distance;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>The end of the part requested so far; 0 before the first request.</summary>
    internal long Until => _until;

    /// <summary>Sets the reader's position; requests the next part if less than half the distance is left, or after a jump.</summary>
    /// <param name="position">The position of the next byte to read.</param>
    public void Follow(long position)
    {
        // Streams of one file are read alternately: a small step back is not a jump.
        bool isInside = position >= _from - _distance && position <= _until;
        if (isInside && _until - position > _distance / 2)
        {
            return;
        }

        _from = position;
        long start = isInside ? _until : position;
        _until = position + _distance;
        _ = Libc.posix_fadvise((int)_file.DangerousGetHandle(), start, _until - start, Libc.POSIX_FADV_WILLNEED);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
