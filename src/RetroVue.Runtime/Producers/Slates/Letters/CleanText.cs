using System.Globalization;
using System.Text;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>Takes out of a stranger's text what cannot be drawn in a line, or not in bounded time.</summary>
internal static class CleanText
{
    /// <summary>The sign behind a text that goes on.</summary>
    public const char Ellipsis = '…';

    /// <summary>A text that is longer is cut there: it fits no slate.</summary>
    public const int MostCharacters = 400;

    // The languages of the world put up to four marks on one letter; more would climb out of the line.
    private const int MostMarks = 4;

    /// <summary>
    /// The text in one line: stretches of white space and control characters become single spaces, unpaired surrogates the replacement
    /// character; what steers the direction of text and has no width is left out.
    /// </summary>
    public static string From(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MostCharacters) + 1);
        int characters = 0, marks = 0, looked = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool isMark = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
            marks = isMark ? marks + 1 : 0;
            if (characters == MostCharacters || ++looked > 10 * MostCharacters)
            {
                clean.Append(Ellipsis);
                break;
            }

            if (Rune.IsWhiteSpace(rune) || category == UnicodeCategory.Control)
            {
                if (clean.Length == 0 || clean[^1] == ' ')
                {
                    continue;
                }

                clean.Append(' ');
            }
            else if (marks > MostMarks || (category == UnicodeCategory.Format && !IsJoiner(rune.Value)) || IsInvisible(rune.Value))
            {
                continue;
            }
            else
            {
                clean.Append(rune.ToString());
            }

            characters++;
        }

        return clean.ToString().TrimEnd();
    }

    /// <summary>True for what only shapes the letters around it.</summary>
    public static bool IsJoiner(int character) => character is 0x200C or 0x200D;

    /// <summary>True for what chooses a variant of the character before it.</summary>
    public static bool IsVariation(int character) => character is >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF;

    // Letters and marks by their category, but without a shape: the fillers of Hangul and the like.
    private static bool IsInvisible(int character) => character is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0;
}
