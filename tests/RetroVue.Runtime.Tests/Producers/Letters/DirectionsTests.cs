using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Tests.Producers.Letters;

public sealed class DirectionsTests
{
    // The expected levels were found by hand, by the rules of UAX #9. The letters 'אבג' run from right to left.
    [TestCase("", "")]
    [TestCase("abc", "000")]
    [TestCase("אבג", "111")]
    [TestCase("ab אב cd", "00011000")]
    [TestCase("אב cd גד", "11122111")]
    [TestCase("אב 12", "11122")]
    [TestCase("ab אב 12", "00011122")]
    [TestCase("ab 12 אב", "00000011")]
    [TestCase("אב ab 12", "11122222")]
    [TestCase("אב 12:30", "11122222")]
    [TestCase("אב 1.5%", "1112222")]
    [TestCase("אב €5", "11122")]
    [TestCase("אב 1 - 2", "11121112")]
    [TestCase("ab (אב) cd", "0000110000")]
    [TestCase("אב (cd)", "1111221")]
    [TestCase("12 אב", "22111")]
    [TestCase("12 ab", "00000")]
    [TestCase("a\u0301b", "000")]
    [TestCase("א\u05B8ב", "111")]
    [TestCase("אב!", "111")]
    [TestCase("ab אב!", "000110")]
    [TestCase("!?", "00")]
    [TestCase("😀 אב", "1111 1")]
    [TestCase("٣ ab", "000 0")]
    [TestCase("אב ٣", "1112")]
    public void Levels_are_those_of_the_bidirectional_algorithm(string text, string expected) =>
        Assert.That(string.Concat(Directions.LevelsOf(text, out _)), Is.EqualTo(expected.Replace(" ", "", StringComparison.Ordinal)));

    [TestCase("ab אב", 0)]
    [TestCase("אב ab", 1)]
    [TestCase("12 – אב", 1)]
    [TestCase("12", 0)]
    public void First_letter_gives_the_direction_of_the_whole(string text, byte expected)
    {
        Directions.LevelsOf(text, out byte whole);
        Assert.That(whole, Is.EqualTo(expected));
    }
}
