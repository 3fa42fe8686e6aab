using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Tests.Producers.Letters;

/// <summary>Texts in many scripts, and methods that the tests of letters share.</summary>
internal static class LetterFixtures
{
    /// <summary>The fonts of a machine that has none.</summary>
    public static LetterFonts NoFonts => new([]);

    /// <summary>Ignores the test if no font of the system has a text's characters.</summary>
    public static void Need(string text, string package)
    {
        LetterFonts fonts = LetterFonts.OfSystem;
        lock (fonts.Gate)
        {
            if (new Paragraph(fonts, text, LetterWeight.Regular).Missing.Count > 0)
            {
                Assert.Ignore($"no font here has '{text}': apt-get install {package}");
            }
        }
    }

    /// <summary>Shapes a text as one run, with the system's fonts.</summary>
    public static ShapedRun ShapeOne(string text)
    {
        ShapedLine line = Shape(text);
        Assert.That(line.Runs, Has.Count.EqualTo(1));
        return line.Runs[0];
    }

    /// <summary>Shapes a text as a line, with the system's fonts.</summary>
    public static ShapedLine Shape(string text)
    {
        lock (LetterFonts.OfSystem.Gate)
        {
            return new Paragraph(LetterFonts.OfSystem, text, LetterWeight.Regular).Shape(0, text.Length, isShortened: false);
        }
    }

    /// <summary>Returns the glyph of a character that stands alone.</summary>
    public static int GlyphOf(LetterFont font, int character)
    {
        font.Shaper.TryGetNominalGlyph((uint)character, out uint glyph);
        return (int)glyph;
    }

    /// <summary>Breaks a text into lines and returns the beginning of each.</summary>
    public static string[] Break(LetterFonts fonts, string text, float room, int most)
    {
        lock (fonts.Gate)
        {
            IReadOnlyList<ShapedLine> lines = new Paragraph(fonts, text, LetterWeight.Regular).Break(room, most);
            int[] starts = [.. lines.Select(line => line.Runs.Min(run => run.Clusters.Min())), text.Length];
            return [.. lines.Select((_, i) => text[starts[i]..starts[i + 1]].TrimEnd())];
        }
    }
}
