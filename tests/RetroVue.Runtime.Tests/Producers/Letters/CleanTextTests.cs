using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Tests.Producers.Letters;

public sealed class CleanTextTests
{
    [TestCase("Retro One", "Retro One")]
    [TestCase("  two\t\n lines\r\n ", "two lines")]
    [TestCase("\u2028a\u0085b\u00a0c\0d", "a b c d")]
    [TestCase("", "")]
    [TestCase(" \u200B\uFEFF\u00AD ", "")]
    [TestCase("Stra\u00ADße", "Straße")]
    [TestCase("\u202Eabc\u202C \u2066d\u2069", "abc d")]
    [TestCase("نمی\u200Cخواهم", "نمی\u200Cخواهم")]
    [TestCase("👩\u200D💻", "👩\u200D💻")]
    public void Text_is_brought_into_one_line(string text, string expected) => Assert.That(CleanText.From(text), Is.EqualTo(expected));

    [Test]
    public void Unpaired_surrogates_become_the_replacement_character() =>
        Assert.That(CleanText.From("a\ud800b\udc00"), Is.EqualTo("a\ufffdb\ufffd"));

    [Test]
    public void Long_text_is_cut_whatever_it_is_made_of()
    {
        Assert.That(CleanText.From(new string('W', 1_000_000)), Is.EqualTo(new string('W', 400) + "…"));
        Assert.That(CleanText.From("a" + new string('\u0301', 1_000_000)), Is.EqualTo("a\u0301\u0301\u0301\u0301…"));
        Assert.That(CleanText.From(new string('\u200B', 1_000_000) + "a"), Is.EqualTo("…"));
        Assert.That(CleanText.From(string.Concat(Enumerable.Repeat("😀", 500))), Is.EqualTo(string.Concat(Enumerable.Repeat("😀", 400)) + "…"));
    }
}
