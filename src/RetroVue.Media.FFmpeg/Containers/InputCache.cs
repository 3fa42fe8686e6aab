namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Keeps opened files that demuxers no longer use, for the next demuxer of the same file. Opening an hour of mp4 takes milliseconds, nearly
/// all of them for its index; seeking in an open file takes nearly none.
/// </summary>
/// <remarks>
/// Nothing is kept before <see cref="Open"/>. A file is kept only if all its reads have succeeded, and is reused only if it has not changed
/// meanwhile. Each file occupies a file descriptor and libavformat's index, 24 bytes per packet. Thread-safe.
/// </remarks>
/// <param name="capacity">The maximum number of kept files; beyond it, the oldest is closed.</param>
public sealed class InputCache(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<InputFile> _files = [];
    private bool _isOpen;

    /// <summary>The number of kept files.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _files.Count;
            }
        }
    }

    /// <summary>From now on keeps files that demuxers return.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
        }
    }

    /// <summary>Stops keeping files, and closes the kept ones. Blocks for about a millisecond per file.</summary>
    public void Close()
    {
        List<InputFile> closed;
        lock (_lock)
        {
            _isOpen = false;
            closed = [.. _files];
            _files.Clear();
        }

        closed.ForEach(file => file.Dispose());
    }

    /// <inheritdoc cref="Close"/>
    public void Dispose() => Close();

    /// <summary>
    /// Takes an open file, which the caller then owns, at any position; null if none with this path and choice is kept, or the file has
    /// changed.
    /// </summary>
    internal InputFile? TryTake(string path, StreamChoice choice)
    {
        InputFile? file;
        lock (_lock)
        {
            file = _files.Find(kept => kept.Path == path && kept.Choice == choice);
            if (file is null)
            {
                return null;
            }

            _files.Remove(file);
        }

        if (file.Identity == FileIdentity.TryRead(path))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Returns a file: keeps it or closes it.</summary>
    internal void Return(InputFile file)
    {
        var closed = file;
        lock (_lock)
        {
            if (_isOpen && !file.HasFailed)
            {
                _files.Add(file);
                closed = _files.Count > capacity ? _files[0] : null;
                _files.RemoveRange(0, _files.Count - Math.Min(_files.Count, capacity));
            }
        }

        closed?.Dispose();
    }
}
