using HarfBuzzSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>
/// The fonts there are: one of Latin, Greek and Cyrillic that this assembly brings, and those of the system, which are looked for when a
/// character is not in that one.
/// </summary>
/// <remarks>Nothing is opened before it is asked for. For one thread at a time: who uses fonts holds <see cref="Gate"/>.</remarks>
/// <param name="folders">Where the system's fonts are.</param>
/// <param name="openOwn">Opens a font that this assembly brings, other than as usual.</param>
internal sealed class LetterFonts(IReadOnlyList<string> folders, Func<LetterFont>? openOwn = null)
{
    // A text has a few hundred characters at most; those of many texts are remembered.
    private const int MostMissing = 10_000;

    private readonly LetterFont?[] _own = new LetterFont?[2];
    private readonly IReadOnlyList<string>?[] _ranked = new IReadOnlyList<string>?[2];
    private readonly Dictionary<string, LetterFont?> _opened = new(StringComparer.Ordinal);
    private readonly Dictionary<(Script, LetterWeight), List<LetterFont>> _used = [];
    private readonly HashSet<int> _missing = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _files;

    /// <summary>Those of this machine.</summary>
    public static LetterFonts OfSystem { get; } = new(FontFiles.UsualFolders);

    /// <summary>What is held while fonts are used.</summary>
    public Lock Gate { get; } = new();

    /// <summary>True once letters could not be drawn at all: it is not tried again.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>The font that this assembly brings.</summary>
    public LetterFont Own(LetterWeight weight) => _own[(int)weight] ??= openOwn?.Invoke() ?? LetterFont.OpenOwn($"NotoSans-{weight}.ttf");

    /// <summary>A font of the system that has a character; null if there is none.</summary>
    /// <param name="character">The character.</param>
    /// <param name="script">Its script: of several fonts the one is taken that other characters of the script were taken from.</param>
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

    /// <summary>True at the first call for a thing that is to be told once.</summary>
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
                // One that was removed, or is not for everybody's eyes.
            }

            _opened.Add(file, font);
        }

        return font;
    }
}
