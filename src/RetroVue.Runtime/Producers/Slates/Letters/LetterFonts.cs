using HarfBuzzSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>
/// The available fonts: one of this assembly, with Latin, Greek and Cyrillic letters, and those of the system. The system's fonts are
/// searched when that one does not have a character.
/// </summary>
/// <remarks>
/// Nothing is opened before it is asked for, and nothing waits for a disk: letters whose font is not read yet come later. For one thread at a
/// time: who uses fonts holds <see cref="Gate"/>.
/// </remarks>
/// <param name="folders">The folders of the system's fonts.</param>
/// <param name="openOwn">Opens the font of this assembly, in place of the usual way; for tests.</param>
internal sealed class LetterFonts(IReadOnlyList<string> folders, Func<LetterFont>? openOwn = null)
{
    // A text has at most a few hundred characters; the missing characters of many texts are remembered.
    private const int MostMissing = 10_000;

    // Of fonts that texts have asked for: those of all scripts are 60 MB, of Chinese, Japanese and Korean 20 MB a weight.
    private const long MostBytes = 256 << 20;

    private readonly FontFolder[] _folders = [.. folders.Select(folder => new FontFolder(folder))];
    private readonly LetterFont?[] _own = new LetterFont?[2];
    private readonly IReadOnlyList<(FontFolder Folder, FontFile File)>?[] _ranked = new IReadOnlyList<(FontFolder, FontFile)>?[2];
    private readonly Dictionary<(Script, LetterWeight), List<LetterFont>> _used = [];
    private readonly HashSet<int> _missing = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private int _listed;
    private long _bytes;

    /// <summary>The fonts of this machine.</summary>
    public static LetterFonts OfSystem { get; } = new(FontFiles.UsualFolders);

    /// <summary>The lock to hold while fonts are used.</summary>
    public Lock Gate { get; } = new();

    /// <summary>True once letters could not be drawn at all; no further attempt follows.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Returns the font of this assembly.</summary>
    public LetterFont Own(LetterWeight weight) => _own[(int)weight] ??= openOwn?.Invoke() ?? LetterFont.OpenOwn($"NotoSans-{weight}.ttf");

    /// <summary>Whether a call waits for the disk, so that its result does not depend on time. A station does not wait.</summary>
    public bool WaitsForDisk { get; set; }

    /// <summary>A number that grows whenever there may be more letters than before.</summary>
    public int Steps => _folders.Sum(folder => folder.Steps);

    /// <summary>The folders that are searched, or of which a font is read, at this moment.</summary>
    public IEnumerable<string> Busy => _folders.Where(folder => folder.IsBusy).Select(folder => folder.Path);

    /// <summary>A font of the system that has a character; null if there is none, or none yet.</summary>
    /// <param name="character">The character.</param>
    /// <param name="script">The script of the character; a font that other characters of the script already use is preferred.</param>
    /// <param name="weight">The weight, if there is a choice.</param>
    /// <param name="isLater">True if files are still read, and a later call may find one.</param>
    public LetterFont? Find(int character, Script script, LetterWeight weight, out bool isLater)
    {
        LetterFont? font;
        while ((font = Look(character, script, weight, out isLater)) is null && isLater && WaitsForDisk)
        {
            Array.ForEach(_folders, folder => folder.Wait());
        }

        return font;
    }

    /// <summary>Returns true at the first call for a message that is logged only once.</summary>
    public bool IsNews(string thing) => _told.Add(thing);

    /// <summary>Lets all messages be logged once more; for tests.</summary>
    public void ForgetNews() => _told.Clear();

    private LetterFont? Look(int character, Script script, LetterWeight weight, out bool isLater)
    {
        isLater = false;
        TakeNewFolders();
        if (_missing.Contains(character))
        {
            return null;
        }

        if (!_used.TryGetValue((script, weight), out List<LetterFont>? used))
        {
            _used.Add((script, weight), used = []);
        }

        if (used.Find(font => font.Has(character)) is { } known)
        {
            return known;
        }

        foreach ((FontFolder folder, FontFile file) in _ranked[(int)weight] ??= Rank(weight))
        {
            if (!file.Has(character) || !Read(folder, file))
            {
                continue;
            }

            if (!file.IsRead)
            {
                isLater = true;
                return null;
            }

            if (file.Font is { } font && font.Has(character))
            {
                used.Add(font);
                return font;
            }
        }

        isLater = _listed < _folders.Length;
        if (!isLater && _missing.Count < MostMissing)
        {
            _missing.Add(character);
        }

        return null;
    }

    /// <summary>Begins to look for fonts; with a folder that is there now, what was chosen before is forgotten: the order of folders is no choice.</summary>
    private void TakeNewFolders()
    {
        int listed = 0;
        foreach (FontFolder folder in _folders)
        {
            folder.Look();
            listed += folder.Files is null ? 0 : 1;
        }

        if (listed != _listed)
        {
            _listed = listed;
            Array.Clear(_ranked);
            _used.Clear();
            _missing.Clear();
        }
    }

    private (FontFolder Folder, FontFile File)[] Rank(LetterWeight weight)
    {
        var folderOf = _folders.SelectMany(folder => folder.Files ?? [], (folder, file) => (folder, file)).ToDictionary(pair => pair.file, pair => pair.folder);
        return [.. FontFiles.Ranked(folderOf.Keys, weight).Select(file => (folderOf[file], file))];
    }

    /// <summary>Has a file read; false if there is no more room for fonts.</summary>
    private bool Read(FontFolder folder, FontFile file)
    {
        if (!file.IsAsked)
        {
            if (_bytes + file.Length > MostBytes)
            {
                return false;
            }

            _bytes += file.Length;
            folder.Read(file);
        }

        return true;
    }
}
