using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Catalogue;

/// <summary>Folders with files that did not answer. Other files of such a folder are not opened for a minute.</summary>
/// <remarks>Thread-safe. In real time, as disks are.</remarks>
internal sealed class SilentFolders
{
    /// <summary>One file that hangs says little about the others; but each file that hangs occupies a thread.</summary>
    private const int MostSilentFiles = 3;

    private static readonly ClockTime s_rest = ClockTime.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Files, ClockTime Last)> _folders = new(StringComparer.Ordinal);

    /// <summary>Returns the problem of a file in such a folder.</summary>
    public static string Problem(string file) =>
        $"'{file}' was not opened: other files of its folder did not answer. Check the disk or its network.";

    /// <summary>Notes that a file did not answer.</summary>
    public void Add(string file)
    {
        string folder = FolderOf(file);
        lock (_lock)
        {
            _folders[folder] = (_folders.GetValueOrDefault(folder).Files + 1, SystemClock.Instance.Now);
        }
    }

    /// <summary>True if so many files of this file's folder did not answer that the file must not be opened now.</summary>
    public bool Holds(string file)
    {
        lock (_lock)
        {
            if (!_folders.TryGetValue(FolderOf(file), out (int Files, ClockTime Last) silent) || silent.Files < MostSilentFiles)
            {
                return false;
            }

            if (SystemClock.Instance.Now - silent.Last < s_rest)
            {
                return true;
            }

            // One file may try it again; if it hangs too, the others wait for another minute.
            _folders[FolderOf(file)] = (MostSilentFiles - 1, silent.Last);
            return false;
        }
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(file) ?? string.Empty;
}
