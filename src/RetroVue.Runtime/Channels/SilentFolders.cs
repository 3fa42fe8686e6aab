namespace RetroVue.Runtime.Channels;

/// <summary>Folders some of whose files have not answered: the rest of one is not waited for, however many files it holds.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SilentFolders
{
    /// <summary>One file that hangs says little of the others, and each that hangs keeps a thread.</summary>
    private const int MostSilentFiles = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _files = new(StringComparer.Ordinal);

    /// <summary>A file has not answered.</summary>
    public void Add(string file)
    {
        lock (_lock)
        {
            _files[FolderOf(file)] = _files.GetValueOrDefault(FolderOf(file)) + 1;
        }
    }

    /// <summary>True if so many of the files beside it have not answered that this one is not looked at.</summary>
    public bool Holds(string file)
    {
        lock (_lock)
        {
            return _files.GetValueOrDefault(FolderOf(file)) >= MostSilentFiles;
        }
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(file) ?? string.Empty;
}
