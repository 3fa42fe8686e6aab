using Microsoft.Win32.SafeHandles;
using RetroVue.Media.Interop;

namespace RetroVue.Media.Blocking;

/// <summary>
/// Has the system fetch a file ahead of whoever reads it from front to back, so that a slow disc is waited for in the system's page cache
/// and not in the process's memory.
/// </summary>
/// <remarks>For one thread at a time. Only advice (posix_fadvise(2), POSIX_FADV_WILLNEED): if it cannot be followed nothing happens.</remarks>
public sealed class FileReadAhead : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _distance;
    private long _from;
    private long _until;

    /// <summary>Read-ahead for a file, which is opened once more for it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="distance">How many bytes ahead; above 0.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public FileReadAhead(string path, long distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(distance);
        _distance = distance;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Up to where the file has been asked for; 0 before the first time.</summary>
    internal long Until => _until;

    /// <summary>Tells where the reader is; asks for the next stretch once less than half the distance is left, or after a jump.</summary>
    /// <param name="position">The byte that is read next.</param>
    public void Follow(long position)
    {
        // Streams of one file are read side by side: a little back is no jump.
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
