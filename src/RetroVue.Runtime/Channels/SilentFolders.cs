namespace RetroVue.Runtime.Channels;

/// <summary>Folders with files that did not answer. Other files of such a folder are not opened any more.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SilentFolders
{
    /// <summary>One file that hangs says little about the others; but each file that hangs occupies a thread.</summary>
    private const int MostSilentFiles = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _files = new(StringComparer.Ordinal);

    /// <summary>Notes that a file did not answer.</summary>
    public void Add(string file)
    {
        lock (_lock)
        {
            _files[FolderOf(file)] = _files.GetValueOrDefault(FolderOf(file)) + 1;
        }
    }

    /// <summary>True if so many files of this file's folder did not answer that the file must not be opened.</summary>
    public bool Holds(string file)
    {
        lock (_lock)
        {
            return _files.GetValueOrDefault(FolderOf(file)) >= MostSilentFiles;
        }
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(file) ?? string.Empty;
}
