namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Opened files that demuxers have done with, kept for the next demuxer of the same file: to open an hour of mp4 takes milliseconds,
/// nearly all of them for its index, to go to another place in it none.
/// </summary>
/// <remarks>
/// Nothing is kept until <see cref="Open"/>. A file is kept only where every read of it has succeeded, and is taken again only if it
/// has not changed meanwhile. Each holds a file descriptor and libavformat's index, 24 bytes a packet. Thread-safe.
/// </remarks>
/// <param name="capacity">How many files are kept; the one kept longest makes room.</param>
public sealed class InputShelf(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<InputFile> _files = [];
    private bool _isOpen;

    /// <summary>How many files are kept at the moment.</summary>
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

    /// <summary>From now on keeps what demuxers have done with.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
        }
    }

    /// <summary>Keeps nothing more, and closes what was kept. Blocks for about a millisecond a file.</summary>
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

    /// <summary>An open file, the caller's from now on, that stands anywhere; null if none of this path and choice is kept, or it has changed.</summary>
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

    /// <summary>Takes a file back: keeps it or closes it.</summary>
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
