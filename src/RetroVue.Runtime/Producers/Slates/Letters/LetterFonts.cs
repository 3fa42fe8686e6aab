using HarfBuzzSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>
/// The available fonts: one of this assembly, with Latin, Greek and Cyrillic letters, and those of the system. The system's fonts are
/// searched when that one does not have a character.
/// </summary>
/// <remarks>Fonts are opened only when they are needed. For one thread at a time: hold <see cref="Gate"/> while you use fonts.</remarks>
/// <param name="folders">The folders of the system's fonts.</param>
/// <param name="openOwn">Opens the font of this assembly, in place of the usual way; for tests.</param>
internal sealed class LetterFonts(IReadOnlyList<string> folders, Func<LetterFont>? openOwn = null)
{
    // A text has at most a few hundred characters; the missing characters of many texts are remembered.
    private const int MostMissing = 10_000;

    private readonly LetterFont?[] _own = new LetterFont?[2];
    private readonly IReadOnlyList<string>?[] _ranked = new IReadOnlyList<string>?[2];
    private readonly Dictionary<string, LetterFont?> _opened = new(StringComparer.Ordinal);
    private readonly Dictionary<(Script, LetterWeight), List<LetterFont>> _used = [];
    private readonly HashSet<int> _missing = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _files;

    /// <summary>The fonts of this machine.</summary>
    public static LetterFonts OfSystem { get; } = new(FontFiles.UsualFolders);

    /// <summary>The lock to hold while fonts are used.</summary>
    public Lock Gate { get; } = new();

    /// <summary>True once letters could not be drawn at all; no further attempt follows.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Returns the font of this assembly.</summary>
    public LetterFont Own(LetterWeight weight) => _own[(int)weight] ??= openOwn?.Invoke() ?? LetterFont.OpenOwn($"NotoSans-{weight}.ttf");

    /// <summary>Returns a font of the system that has a character; null if there is none.</summary>
    /// <param name="character">The character.</param>
    /// <param name="script">The script of the character; a font that other characters of the script already use is preferred.</param>
    /// <param name="weight">The weight, if there is a choice.</param>
    public LetterFont? Find(int character, Script script, LetterWeight weight)
    {
        if (_missing.Contains(character))
        {
            return null;
        }

        if (!_used.TryGetValue((script, weight), out List<LetterFont>? used))
        {
            _used.Add((script, weight), used = []);
        }

        foreach (LetterFont font in used)
        {
            if (font.Has(character))
            {
                return font;
            }
        }

        _files ??= FontFiles.In(folders);
        foreach (string file in _ranked[(int)weight] ??= FontFiles.Ranked(_files, weight))
        {
            if (Open(file) is { } font && font.Has(character) && font.CanDraw())
            {
                used.Add(font);
                return font;
            }
        }

        if (_missing.Count < MostMissing)
        {
            _missing.Add(character);
        }

        return null;
    }

    /// <summary>Returns true at the first call for a message that is logged only once.</summary>
    public bool IsNews(string thing) => _told.Add(thing);

    private LetterFont? Open(string file)
    {
        if (!_opened.TryGetValue(file, out LetterFont? font))
        {
            try
            {
                font = LetterFont.Open(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The file was removed, or this user has no right to read it.
            }

            _opened.Add(file, font);
        }

        return font;
    }
}
