using System.Text;
using RetroVue.Runtime.Producers.Slates.Letters;
using static RetroVue.Runtime.Tests.Producers.Letters.LetterFixtures;

namespace RetroVue.Runtime.Tests.Producers.Letters;

public sealed class ParagraphTests
{
    [TestCase("Amélie Élégie Žižkov İstanbul Ấẵ ß €")]
    [TestCase("Ο Θίασος: Ταξίδι στα Κύθηρα ἀρχή")]
    [TestCase("Ирония судьбы Їжак ҐґЎў")]
    public void Latin_Greek_and_Cyrillic_are_there_without_any_font_of_the_system(string text)
    {
        var paragraph = new Paragraph(NoFonts, text, LetterWeight.Bold);
        Assert.That(paragraph.Missing, Is.Empty);
        Assert.That(paragraph.Shape(0, text.Length, isShortened: false).Runs.SelectMany(run => run.Glyphs), Has.None.Zero);
    }

    [Test]
    public void Arabic_is_joined_and_runs_from_right_to_left()
    {
        Need("ب", "fonts-noto-core");
        ShapedRun joined = ShapeOne("ببب"), alone = ShapeOne("ب");
        Assert.That(joined.Clusters, Is.EqualTo(new[] { 2, 1, 0 }), "the first letter stands on the right");
        Assert.That(joined.Glyphs, Is.Unique, "a final, a medial and an initial form");
        Assert.That(joined.Glyphs, Has.None.EqualTo(alone.Glyphs[0]));
        // A non-joiner between two letters keeps their forms.
        ShapedRun apart = ShapeOne("ب\u200Cب");
        Assert.That(apart.Glyphs, Has.Member(alone.Glyphs[0]));
    }

    [Test]
    public void Hindi_vowel_stands_before_its_consonant_and_consonants_join()
    {
        Need("क", "fonts-noto-core");
        ShapedRun syllable = ShapeOne("कि");
        Assert.That(syllable.Glyphs, Has.Length.EqualTo(2));
        Assert.That(syllable.Glyphs[1], Is.EqualTo(GlyphOf(syllable.Font, 'क')), "the letter that is read first is drawn second");
        Assert.That(syllable.Clusters, Is.EqualTo(new[] { 0, 0 }), "both belong to one cluster");
        Assert.That(ShapeOne("क्ष").Glyphs, Has.Length.EqualTo(1), "three characters, one sign");
    }

    [Test]
    public void Japanese_is_drawn_by_one_font()
    {
        Need("七人の侍カー、", "fonts-noto-cjk");
        ShapedLine line = Shape("七人の侍カー、");
        Assert.That(line.Runs.Select(run => run.Font).Distinct().Count(), Is.EqualTo(1));
        Assert.That(line.Runs.SelectMany(run => run.Glyphs), Has.None.Zero);
        // Each character is a square of the font's size; the tolerance is for kerning.
        Assert.That(line.Width, Is.EqualTo(7).Within(0.1));
    }

    [Test]
    public void Space_behind_a_sign_of_another_font_is_that_of_the_letters()
    {
        Need("☎", "fonts-noto-core");
        ShapedLine line = Shape("A ☎ B");
        Assert.That(line.Runs, Has.Count.EqualTo(3), "letters with their space, the sign, and letters again");
        Assert.That(line.Runs[2].Font, Is.SameAs(line.Runs[0].Font).And.Not.SameAs(line.Runs[1].Font));
    }

    [Test]
    public void Directions_are_mixed_in_one_line()
    {
        Need("א", "fonts-noto-core");
        // Read: "ab אב 12 cd". Drawn: "ab", then from right to left "אב 12", within it the number from left to right, then "cd".
        int[] order = [.. Shape("ab אב 12 cd").Runs.SelectMany(run => run.Clusters)];
        Assert.That(order, Is.EqualTo(new[] { 0, 1, 2, 6, 7, 5, 4, 3, 8, 9, 10 }));
        Assert.That(Shape("אב ab").Runs.SelectMany(run => run.Clusters), Is.EqualTo(new[] { 3, 4, 2, 1, 0 }));
    }

    [TestCase("The Third Man Returns", 9, "The Third Man|Returns")]
    [TestCase("The Third Man Returns", 5, "The Third|Man…")]
    [TestCase("Donaudampfschifffahrt", 5, "Donauda|mpfschi…")]
    [TestCase("Spider-Man", 4, "Spider-|Man")]
    [TestCase("x", 5, "x")]
    [TestCase("iiiiiiii WWWWWWWW", 7.5f, "iiiiiiii|WWWWWWW…")]
    public void Lines_break_between_words_by_the_width_of_their_letters(string text, float room, string expected)
    {
        string[] lines = Break(NoFonts, text, room, 2);
        // For a shortened line, the beginnings of lines do not tell where it ends. So its words are compared only as far as they go.
        string[] wanted = expected.Split('|');
        Assert.That(lines, Has.Length.EqualTo(wanted.Length), string.Join('|', lines));
        for (int i = 0; i < lines.Length; i++)
        {
            Assert.That(lines[i], wanted[i].EndsWith('…') ? Does.StartWith(wanted[i][..^1]) : Is.EqualTo(wanted[i]));
        }
    }

    [Test]
    public void Japanese_breaks_between_characters_but_not_before_a_full_stop()
    {
        Need("七人の侍、", "fonts-noto-cjk");
        Assert.That(Break(LetterFonts.OfSystem, "七人の侍、今夜", 4.1f, 3), Is.EqualTo(new[] { "七人の", "侍、今夜" }));
        Assert.That(Break(LetterFonts.OfSystem, "七人の「侍」", 4.1f, 3), Is.EqualTo(new[] { "七人の", "「侍」" }));
    }

    [Test]
    public void What_does_not_fit_ends_in_an_ellipsis()
    {
        var paragraph = new Paragraph(NoFonts, "The Third Man Returns", LetterWeight.Regular);
        ShapedLine line = paragraph.Break(5, 1).Single();
        Assert.That(line.Width, Is.LessThanOrEqualTo(5));
        Assert.That(line.Runs[^1].Glyphs[^1], Is.EqualTo(GlyphOf(line.Runs[^1].Font, '…')));
    }

    [Test]
    public void Characters_that_no_font_has_are_boxes_of_a_width()
    {
        var paragraph = new Paragraph(NoFonts, "Retro 七人", LetterWeight.Regular);
        Assert.That(paragraph.Missing.Single().Value, Is.EqualTo('七'));
        ShapedLine line = paragraph.Shape(6, 8, isShortened: false);
        Assert.That(line.Runs.SelectMany(run => run.Glyphs), Is.EqualTo(new[] { 0, 0 }));
        Assert.That(line.Width, Is.GreaterThan(0.8));
    }

    [Test]
    public void Lines_fit_whatever_the_text() => RandomCases.Run(400, AssertLinesFit);

    [Test]
    public void Line_whose_last_letter_is_wider_there_fits_too() => RandomCases.Repeat(74_259_728, AssertLinesFit);

    private static void AssertLinesFit(Random random)
    {
        LetterFonts fonts = random.Next(4) == 0 ? NoFonts : LetterFonts.OfSystem;
        string text = CleanText.From(AnyText.Of(random));
        float room = 1 + (30 * random.NextSingle());
        int most = random.Next(1, 4);
        lock (fonts.Gate)
        {
            var paragraph = new Paragraph(fonts, text, (LetterWeight)random.Next(2));
            IReadOnlyList<ShapedLine> lines = paragraph.Break(room, most);
            Assert.That(lines, Has.Count.LessThanOrEqualTo(most));
            Assert.That(lines, text.Length == 0 ? Is.Empty : Is.Not.Empty);
            foreach (ShapedLine line in lines)
            {
                // A single character may be wider than the line. It is drawn as far as the line goes.
                int characters = line.Runs.SelectMany(run => run.Clusters).Distinct().Count();
                Assert.That(line.Width <= room + 0.001f || characters <= 2, Is.True, $"{line.Width} in {room}: {Escape(text)}");
            }

            ShapedLine whole = paragraph.Shape(0, text.Length, isShortened: false);
            if (whole.Width <= room && text.Length > 0)
            {
                Assert.That(lines.Single().Width, Is.EqualTo(whole.Width), "what fits is not shortened");
            }

            // No character is lost or drawn twice. Each is in one cluster, and clusters keep their order within a run.
            foreach (ShapedRun run in whole.Runs)
            {
                bool rises = run.Clusters.Zip(run.Clusters.Skip(1)).All(pair => pair.First <= pair.Second);
                bool falls = run.Clusters.Zip(run.Clusters.Skip(1)).All(pair => pair.First >= pair.Second);
                Assert.That(rises || falls, Is.True, Escape(text));
                Assert.That(run.Advances, Has.All.Matches<float>(float.IsFinite));
            }
        }
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (char unit in text)
        {
            escaped.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return escaped.ToString();
    }
}
