using System.Text;
using HarfBuzzSharp;
using SkiaSharp;
using Buffer = HarfBuzzSharp.Buffer;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>A text with the fonts for its characters, ready to be broken into lines.</summary>
/// <remarks>Widths are in em (sizes of the font), so the same text fits pictures of all sizes.</remarks>
internal sealed class Paragraph
{
    // How often a line is shortened further if it is wider than computed, because a letter has another shape at the end of a line.
    private const int MostCuts = 8;

    private readonly string _text;
    private readonly int _end;
    private readonly byte _whole;
    private readonly byte[] _levels;
    private readonly bool[] _breaks;
    private readonly Script[] _scripts;
    private readonly LetterFont[] _fonts;
    private readonly Dictionary<Script, int> _missing = [];
    private readonly Dictionary<Script, int> _later = [];

    /// <param name="fonts">The available fonts; the caller holds their gate.</param>
    /// <param name="text">A text from <see cref="CleanText"/>.</param>
    /// <param name="weight">The weight of the letters.</param>
    public Paragraph(LetterFonts fonts, string text, LetterWeight weight)
    {
        _end = text.Length;
        byte[] levels = Directions.LevelsOf(text, out _whole);
        // The last character is the end of a shortened line.
        _text = text + CleanText.Ellipsis;
        _levels = [.. levels, _whole];
        _breaks = LineBreaks.Of(_text);
        _scripts = new Script[_text.Length];
        _fonts = new LetterFont[_text.Length];
        ChooseFonts(fonts, weight);
    }

    /// <summary>The scripts of characters that no font has, each with one such character.</summary>
    public IReadOnlyDictionary<Script, int> Missing => _missing;

    /// <summary>The scripts of characters whose font may still come, each with one such character.</summary>
    public IReadOnlyDictionary<Script, int> Later => _later;

    /// <summary>Breaks the text into lines; if the last line has no room for the rest, the rest is shortened.</summary>
    /// <param name="room">The width of a line.</param>
    /// <param name="most">The largest number of lines.</param>
    public IReadOnlyList<ShapedLine> Break(float room, int most)
    {
        var lines = new List<ShapedLine>();
        for (int start = 0; start < _end && lines.Count < most;)
        {
            ShapedLine rest = Shape(start, _end, isShortened: false);
            if (rest.Width <= room)
            {
                lines.Add(rest);
                break;
            }

            float[] widths = WidthsUpTo(rest, start);
            if (lines.Count == most - 1)
            {
                lines.Add(Shorten(start, widths, room));
                break;
            }

            // A letter at the end of a line can be wider than it is before another one.
            (int end, ShapedLine line) = Fill(start, widths, room);
            for (int cut = 0; line.Width > room && cut < MostCuts; cut++)
            {
                (end, line) = Fill(start, widths, widths[TrimEnd(start, end) - start] - 0.001f);
            }

            lines.Add(line);
            start = end;
            while (start < _end && _text[start] == ' ')
            {
                start++;
            }
        }

        return lines;
    }

    /// <summary>Shapes a part of the text.</summary>
    /// <param name="start">The index of its first character.</param>
    /// <param name="end">The index after its last character.</param>
    /// <param name="isShortened">True if an ellipsis follows.</param>
    public ShapedLine Shape(int start, int end, bool isShortened)
    {
        var runs = new List<(int Start, int End)>();
        AddRuns(runs, start, end);
        if (isShortened)
        {
            AddRuns(runs, _end, _text.Length);
        }

        Reorder(runs);
        ShapedRun[] shaped = [.. runs.Select(run => ShapeRun(run.Start, run.End))];
        return new ShapedLine(shaped, shaped.Sum(run => run.Width));
    }

    private void ChooseFonts(LetterFonts fonts, LetterWeight weight)
    {
        LetterFont own = fonts.Own(weight), font = own, letters = own;
        Script script = Script.Common;
        for (int i = 0; i < _text.Length;)
        {
            Rune.DecodeFromUtf16(_text.AsSpan(i), out Rune rune, out int length);
            Script its = UnicodeFunctions.Default.GetScript((uint)rune.Value);
            bool isOfAll = its == Script.Common || its == Script.Inherited;
            script = isOfAll ? script : its;
            font = Choose(rune.Value, isOfAll);
            letters = isOfAll ? letters : font;
            _scripts.AsSpan(i, length).Fill(script);
            _fonts.AsSpan(i, length).Fill(font);
            i += length;
        }

        LetterFont Choose(int character, bool isOfAll)
        {
            if (CleanText.IsJoiner(character) || CleanText.IsVariation(character))
            {
                return font;
            }

            // Digits, spaces and the like use the font of the letters before them. Latin letters always use our own font, so their look
            // does not change.
            bool isOwn = own.Has(character);
            if ((isOfAll || !isOwn) && letters.Has(character))
            {
                return letters;
            }

            if (isOwn)
            {
                return own;
            }

            Script asked = isOfAll ? Script.Common : script;
            if (fonts.Find(character, asked, weight, out bool isLater) is { } found)
            {
                return found;
            }

            (isLater ? _later : _missing).TryAdd(asked, character);
            return own;
        }
    }

    private void AddRuns(List<(int Start, int End)> runs, int start, int end)
    {
        for (int i = start; i < end;)
        {
            int from = i++;
            while (i < end && _levels[i] == _levels[from] && _scripts[i] == _scripts[from] && _fonts[i] == _fonts[from])
            {
                i++;
            }

            runs.Add((from, i));
        }
    }

    /// <summary>
    /// Puts runs into the order in which they are drawn: reverses each sequence of runs of at least a level, the highest level first.
    /// </summary>
    private void Reorder(List<(int Start, int End)> runs)
    {
        for (int level = 2; level >= 1; level--)
        {
            for (int i = 0; i < runs.Count;)
            {
                int from = i;
                while (i < runs.Count && _levels[runs[i].Start] >= level)
                {
                    i++;
                }

                runs.Reverse(from, i - from);
                i++;
            }
        }
    }

    private ShapedRun ShapeRun(int start, int end)
    {
        LetterFont font = _fonts[start];
        using var buffer = new Buffer();
        buffer.AddUtf16(_text.AsSpan(), start, end - start);
        buffer.Direction = _levels[start] % 2 == 1 ? Direction.RightToLeft : Direction.LeftToRight;
        buffer.Script = _scripts[start];
        font.Shaper.Shape(buffer);
        ReadOnlySpan<GlyphInfo> infos = buffer.GetGlyphInfoSpan();
        ReadOnlySpan<GlyphPosition> positions = buffer.GetGlyphPositionSpan();
        float unit = 1f / font.UnitsPerEm;
        var run = new ShapedRun(font, new ushort[infos.Length], new int[infos.Length], new float[infos.Length], new SKPoint[infos.Length]);
        for (int i = 0; i < infos.Length; i++)
        {
            run.Glyphs[i] = (ushort)infos[i].Codepoint;
            run.Clusters[i] = (int)infos[i].Cluster;
            run.Advances[i] = positions[i].XAdvance * unit;
            run.Offsets[i] = new SKPoint(positions[i].XOffset * unit, -positions[i].YOffset * unit);
        }

        return run;
    }

    /// <summary>
    /// Returns, for each character of a line, the width of the line up to it, in reading order; NaN inside a group that cannot be split.
    /// One more entry is the width at the end.
    /// </summary>
    private float[] WidthsUpTo(ShapedLine line, int start)
    {
        var widths = new float[_end - start + 1];
        Array.Fill(widths, float.NaN);
        foreach (ShapedRun run in line.Runs)
        {
            for (int i = 0; i < run.Glyphs.Length; i++)
            {
                ref float width = ref widths[run.Clusters[i] - start];
                width = run.Advances[i] + (float.IsNaN(width) ? 0 : width);
            }
        }

        float sum = 0;
        for (int i = 0; i < widths.Length - 1; i++)
        {
            if (!float.IsNaN(widths[i]))
            {
                (widths[i], sum) = (sum, sum + widths[i]);
            }
        }

        widths[^1] = sum;
        return widths;
    }

    private (int End, ShapedLine Line) Fill(int start, float[] widths, float room)
    {
        int end = EndOfLine(start, widths, room);
        return (end, Shape(start, TrimEnd(start, end), isShortened: false));
    }

    /// <summary>
    /// Returns the end of a line that fits: the last place for a break, or a place inside a word if that word alone is too long for the
    /// line.
    /// </summary>
    private int EndOfLine(int start, float[] widths, float room)
    {
        int between = 0, within = 0;
        for (int i = start + 1; i < _end; i++)
        {
            if (float.IsNaN(widths[i - start]))
            {
                continue;
            }

            if (widths[TrimEnd(start, i) - start] > room && within > 0)
            {
                break;
            }

            within = i;
            between = _breaks[i] ? i : between;
        }

        return between > 0 ? between : within > 0 ? within : _end;
    }

    private ShapedLine Shorten(int start, float[] widths, float room)
    {
        float left = room - ShapeRun(_end, _text.Length).Width;
        int end = _end;
        do
        {
            end--;
        }
        while (end > start && !(widths[end - start] <= left));

        for (int cut = 0; ; cut++)
        {
            ShapedLine line = Shape(start, TrimEnd(start, end), isShortened: true);
            if (line.Width <= room || end <= start || cut == MostCuts)
            {
                return line;
            }

            do
            {
                end--;
            }
            while (end > start && float.IsNaN(widths[end - start]));
        }
    }

    private int TrimEnd(int start, int end)
    {
        while (end > start + 1 && _text[end - 1] == ' ')
        {
            end--;
        }

        return end;
    }
}
